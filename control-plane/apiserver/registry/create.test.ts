import { beforeEach, describe, expect, test } from 'vitest';
import { RegistryFixture, refusal } from './testing/fixture.ts';
import { testKinds } from './testing/kinds.ts';
import { configMap, pod } from './testing/objects.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture(testKinds);
  cluster.create('namespaces', { metadata: { name: 'default' } });
});

describe('create', () => {
  test('stamps the object and stores exactly what it answers', () => {
    const { code, body } = cluster.create('configmaps', configMap('c1', { a: '1' }));
    expect(code).toBe(201);
    expect(body).toMatchObject({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        name: 'c1',
        namespace: 'default',
        uid: expect.stringMatching(/^0{8}-/),
        resourceVersion: String(cluster.revision),
        creationTimestamp: '2026-01-02T03:04:05Z',
      },
    });
    expect(cluster.get('configmaps', 'c1')).toEqual(body);
  });

  test('what only the server may say is not taken from the client', () => {
    const { body } = cluster.create(
      'configmaps',
      configMap('c1', {}, { uid: 'mine', creationTimestamp: '2000-01-01T00:00:00Z', generation: 9, selfLink: '/x' }),
    );
    expect(body.metadata).toMatchObject({ creationTimestamp: '2026-01-02T03:04:05Z' });
    expect(body.metadata.uid).not.toBe('mine');
    expect(body.metadata).not.toHaveProperty('generation');
    expect(body.metadata).not.toHaveProperty('selfLink');
  });

  test.each([
    [configMap('c1', {}, { resourceVersion: '5' }), 400, 'resourceVersion should not be set on objects to be created'],
    [
      configMap('c1', {}, { namespace: 'other' }),
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'c1' } },
      400,
      'ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2" in scheme "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30"',
    ],
    [
      pod('c1'),
      400,
      'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion',
    ],
    [{ metadata: {} }, 422, 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required'],
  ])('refuses %j', (body, code, message) => {
    const before = cluster.revision;
    expect(refusal(() => cluster.create('configmaps', body)).toStatus()).toMatchObject({ code, message });
    expect(cluster.revision).toBe(before);
  });

  test('a second object of the name is refused', () => {
    cluster.create('configmaps', configMap('c1'));
    expect(refusal(() => cluster.create('configmaps', configMap('c1'))).toStatus()).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "c1" already exists',
      details: { name: 'c1', kind: 'configmaps' },
    });
  });

  test('generateName tries again on a collision, and gives up with a reason', () => {
    const generated = { metadata: { generateName: 'gen-' } };
    expect(cluster.create('configmaps', generated).body.metadata.name).toBe('gen-bbbbb');
    cluster.randoms = [0, 0, 0, 0, 0, 0.999];
    expect(cluster.create('configmaps', generated).body.metadata.name).toBe('gen-9bbbb');
    expect(refusal(() => cluster.create('configmaps', generated)).toStatus()).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message:
        'configmaps "gen-bbbbb" already exists, the server was not able to generate a unique name for the object',
    });
    const long = cluster.create('configmaps', { metadata: { generateName: 'x'.repeat(80) } });
    expect(long.body.metadata.name).toHaveLength(63);
  });

  test('dry run answers like the real thing and leaves no trace', () => {
    const before = cluster.revision;
    const { code, body } = cluster.create('configmaps', configMap('c1'), { dryRun: true });
    expect(code).toBe(201);
    expect(body.metadata.uid).toBeDefined();
    expect(body.metadata.resourceVersion).toBeUndefined();
    expect(cluster.revision).toBe(before);
    expect(refusal(() => cluster.get('configmaps', 'c1')).code).toBe(404);
  });

  test('an owner that is named twice is one owner', () => {
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u1' };
    const { body, warnings } = cluster.create(
      'configmaps',
      configMap('c1', {}, { ownerReferences: [owner, { ...owner }] }),
    );
    expect(body.metadata.ownerReferences).toEqual([owner]);
    expect(warnings).toEqual([expect.stringMatching(/duplicate UID\(s\) observed: \[u1\]$/)]);
  });

  test('unknown fields: a warning, silence or a refusal', () => {
    const body = { metadata: { name: 'c1' }, nope: 1 };
    expect(cluster.create('configmaps', body, { dryRun: true }).warnings).toEqual(['unknown field "nope"']);
    expect(cluster.create('configmaps', body, { dryRun: true, fieldValidation: 'Ignore' }).warnings).toEqual([]);
    expect(refusal(() => cluster.create('configmaps', body, { fieldValidation: 'Strict' })).message).toBe(
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "nope"',
    );
  });
});
