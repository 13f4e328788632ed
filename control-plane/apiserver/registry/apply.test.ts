import { beforeEach, describe, expect, test } from 'vitest';
import { RegistryFixture, refusal } from './testing/fixture.ts';
import { testKinds } from './testing/kinds.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture(testKinds);
  cluster.create('namespaces', { metadata: { name: 'default' } });
});

const configuration = (data: Record<string, string>, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', ...metadata },
  data,
});
const apply = (manager: string, data: Record<string, string>, options: { force?: boolean; dryRun?: boolean } = {}) =>
  cluster.patch('configmaps', 'c', 'apply', configuration(data), { fieldManager: manager, ...options });
const owners = (resource: string, name: string) =>
  cluster.get(resource, name).metadata.managedFields?.map(({ manager, operation, subresource, fieldsV1 }) => ({
    manager,
    operation,
    ...(subresource ? { subresource } : {}),
    fieldsV1,
  }));

describe('server-side apply', () => {
  test('creates, shares, refuses and gives up fields', () => {
    expect(apply('one', { k: 'v' }).code).toBe(201);
    const shared = apply('two', { k2: 'v' });
    expect(shared).toMatchObject({ code: 200, body: { data: { k: 'v', k2: 'v' } } });
    expect(refusal(() => apply('two', { k: 'other' })).toStatus()).toMatchObject({
      code: 409,
      message: 'Apply failed with 1 conflict: conflict with "one": .data.k',
    });
    expect(apply('two', { k: 'other', k2: 'v' }, { force: true }).body.data).toEqual({ k: 'other', k2: 'v' });
    expect(apply('two', { k2: 'v' }).body.data).toEqual({ k2: 'v' });
    expect(owners('configmaps', 'c')).toEqual([
      { manager: 'two', operation: 'Apply', fieldsV1: { 'f:data': { 'f:k2': {} } } },
    ]);
  });

  test('the same again writes nothing, and a dry run nothing at all', () => {
    const first = apply('one', { k: 'v' });
    const { rowsWritten } = cluster.store.counters;
    cluster.nowMs += 60_000;
    expect(apply('one', { k: 'v' }).body).toEqual(first.body);
    expect(apply('one', { k: 'w' }, { dryRun: true }).body.data).toEqual({ k: 'w' });
    expect(cluster.store.counters.rowsWritten).toBe(rowsWritten);
  });

  test.each([
    [{ kind: 'ConfigMap', metadata: { name: 'c' } }, 400, /^Incorrect version specified in apply patch/],
    [configuration({}, { managedFields: [] }), 400, 'metadata.managedFields must be nil'],
    [configuration({}, { name: 'other' }), 400, /does not match the name on the URL/],
    [configuration({}, { uid: 'u' }), 409, /uid mismatch: the provided object specified uid u/],
    [{ ...configuration({}), nope: 1 }, 400, /\.nope: field not declared in schema/],
    ['text', 400, /must be an object/],
  ])('refuses %j', (body, code, message) => {
    const error = refusal(() => cluster.patch('configmaps', 'c', 'apply', body));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(cluster.names('configmaps')).toEqual([]);
  });

  test('to a status owns nothing but the status', () => {
    cluster.create('replicationcontrollers', {
      metadata: { name: 'r' },
      spec: { template: { metadata: { labels: { r: '1' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } },
    });
    const body = {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: { name: 'r' },
      spec: { replicas: 7 },
      status: { replicas: 3 },
    };
    const applied = cluster.patch('replicationcontrollers', 'r', 'apply', body, {
      subresource: 'status',
      fieldManager: 'st',
      force: true,
    });
    expect(applied.body).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 3 } });
    expect(owners('replicationcontrollers', 'r')?.[0]).toEqual({
      manager: 'st',
      operation: 'Apply',
      subresource: 'status',
      fieldsV1: { 'f:status': { 'f:replicas': {} } },
    });
  });
});

test('who sets a field owns it; what the server fills in belongs to nobody', () => {
  cluster.create('pods', { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
  cluster.patch('pods', 'p', 'merge', { metadata: { labels: { a: '1' } } }, { fieldManager: 'labeller' });
  cluster.patch(
    'pods',
    'p',
    'merge',
    { status: { phase: 'Running' } },
    { fieldManager: 'node', subresource: 'status' },
  );
  const [labeller, node, creator] = owners('pods', 'p') ?? [];
  expect(labeller).toMatchObject({ manager: 'labeller', fieldsV1: { 'f:metadata': { 'f:labels': {} } } });
  expect(node).toEqual({
    manager: 'node',
    operation: 'Update',
    subresource: 'status',
    fieldsV1: { 'f:status': { 'f:phase': {} } },
  });
  expect(creator?.fieldsV1).not.toHaveProperty('f:status');
  expect(creator?.fieldsV1).not.toHaveProperty(['f:spec', 'f:tolerations']);
  expect(creator?.fieldsV1).toHaveProperty(['f:spec', 'f:restartPolicy']);
});
