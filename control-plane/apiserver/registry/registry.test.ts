import { beforeEach, describe, expect, test } from 'vitest';
import type { Pod } from '../../../shared/api/object.ts';
import { encodeList } from './encoding.ts';
import { RegistryFixture, refusal } from './testing/fixture.ts';
import { testKinds } from './testing/kinds.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture(testKinds);
  cluster.create('namespaces', { metadata: { name: 'default' } });
});

const configMap = (name: string, data: Record<string, string> = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

const pod = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'busybox' }], ...spec },
});

const controller = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name, ...metadata },
  spec: {
    replicas: 1,
    selector: { r: '1' },
    template: { metadata: { labels: { r: '1' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    ...spec,
  },
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

describe('update', () => {
  test('optimistic concurrency', () => {
    const { body } = cluster.create('configmaps', configMap('c1', { a: '1' }));
    const second = cluster.update('configmaps', 'c1', { ...body, data: { a: '2' } });
    expect(second.code).toBe(200);
    expect(second.body.metadata.resourceVersion).toBe(String(cluster.revision));
    expect(refusal(() => cluster.update('configmaps', 'c1', { ...body, data: { a: '3' } })).toStatus()).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "c1": the object has been modified; please apply your changes to the latest version and try again',
      details: { name: 'c1', kind: 'configmaps' },
    });
    const unconditional = cluster.update('configmaps', 'c1', configMap('c1', { a: '4' }));
    expect(unconditional.body).toMatchObject({ metadata: { uid: body.metadata.uid }, data: { a: '4' } });
  });

  test('a write that changes nothing moves no version and writes no row', () => {
    const { body } = cluster.create('configmaps', configMap('c1', { a: '1', b: '2' }));
    const { rowsWritten } = cluster.store.counters;
    cluster.nowMs += 60_000;
    const reordered = { data: { b: '2', a: '1' }, metadata: { ...body.metadata }, kind: 'ConfigMap', apiVersion: 'v1' };
    expect(cluster.update('configmaps', 'c1', reordered).body).toEqual(body);
    expect(cluster.patch('configmaps', 'c1', 'merge', { data: { a: '1' } }).body).toEqual(body);
    expect(cluster.store.counters.rowsWritten).toBe(rowsWritten);
  });

  test('identity must match', () => {
    const { body } = cluster.create('configmaps', configMap('c1'));
    expect(refusal(() => cluster.update('configmaps', 'c1', configMap('c2'))).message).toBe(
      'the name of the object (c2) does not match the name on the URL (c1)',
    );
    expect(refusal(() => cluster.update('configmaps', 'none', configMap('none'))).code).toBe(404);
    const uid = 'ffffffff-0000-0000-0000-000000000000';
    expect(refusal(() => cluster.update('configmaps', 'c1', configMap('c1', {}, { uid }))).message).toBe(
      `Operation cannot be fulfilled on configmaps "c1": StorageError: invalid object, Code: 4, Key: /registry/configmaps/default/c1, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${body.metadata.uid}`,
    );
  });

  test('the status is kept by the main resource and alone written by its subresource', () => {
    const { body } = cluster.create('replicationcontrollers', controller('r1', {}, { labels: { a: '1' } }));
    expect(body).toMatchObject({ metadata: { generation: 1 }, status: { replicas: 0 } });

    const main = cluster.update('replicationcontrollers', 'r1', { ...body, status: { replicas: 7 } });
    expect(main.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);

    const wanted = { ...controller('r1', { replicas: 9 }, { annotations: { n: '1' } }), status: { replicas: 3 } };
    const status = cluster.update('replicationcontrollers', 'r1', wanted, { subresource: 'status' }).body;
    expect(status).toMatchObject({
      metadata: { generation: 1, annotations: { n: '1' } },
      spec: { replicas: 1 },
      status: { replicas: 3 },
    });

    const spec = cluster.patch('replicationcontrollers', 'r1', 'merge', {
      spec: { replicas: 2 },
      status: { replicas: 5 },
    });
    expect(spec.body).toMatchObject({ metadata: { generation: 2 }, status: { replicas: 3 } });
    const labelled = cluster.patch('replicationcontrollers', 'r1', 'merge', { metadata: { labels: { b: '2' } } });
    expect(labelled.body.metadata.generation).toBe(2);
  });

  test('a deletion that has begun cannot be taken back by an update', () => {
    const { body } = cluster.create('configmaps', configMap('c1', {}, { finalizers: ['example.com/x'] }));
    cluster.delete('configmaps', 'c1');
    const { deletionTimestamp: _gone, ...metadata } = { ...body.metadata, resourceVersion: undefined };
    const kept = cluster.update('configmaps', 'c1', { ...body, metadata, data: { a: '1' } }).body;
    expect(kept.metadata).toMatchObject({ deletionTimestamp: '2026-01-02T03:04:05Z', deletionGracePeriodSeconds: 0 });
  });

  test('dry run shows the change and keeps the version', () => {
    const { body } = cluster.create('configmaps', configMap('c1', { a: '1' }));
    const dry = cluster.update('configmaps', 'c1', configMap('c1', { a: '2' }), { dryRun: true }).body;
    expect(dry).toMatchObject({ data: { a: '2' }, metadata: { resourceVersion: body.metadata.resourceVersion } });
    expect(cluster.get('configmaps', 'c1')).toEqual(body);
  });
});

describe('patch', () => {
  beforeEach(() => cluster.create('pods', { ...pod('p1'), metadata: { name: 'p1', labels: { a: '1' } } }));

  test('each type', () => {
    const json = [{ op: 'add', path: '/metadata/labels/j', value: 'v' }];
    expect(cluster.patch('pods', 'p1', 'json', json).body.metadata.labels).toEqual({ a: '1', j: 'v' });
    const merge = { metadata: { labels: { j: null, m: '1' } } };
    expect(cluster.patch('pods', 'p1', 'merge', merge).body.metadata.labels).toEqual({ a: '1', m: '1' });
    const strategic = { spec: { containers: [{ name: 'c', image: 'busybox:2' }] } };
    const { spec } = cluster.patch('pods', 'p1', 'strategic', strategic).body as Pod;
    expect(spec?.containers).toMatchObject([{ name: 'c', image: 'busybox:2' }]);
  });

  test.each([
    [
      'merge',
      { metadata: { name: 'other' } },
      400,
      'the name of the object (other) does not match the name on the URL (p1)',
    ],
    ['merge', { kind: 'ConfigMap' }, 422, /^ "" is invalid: patch: Invalid value: .*unknown conversion$/],
    ['merge', { spec: { containers: 'x' } }, 422, /^ "" is invalid: patch: Invalid value: /],
    ['merge', { metadata: { resourceVersion: '1' } }, 409, /the object has been modified/],
    ['json', { not: 'list' }, 400, /^error decoding patch/],
    ['json', [{ op: 'test', path: '/metadata/name', value: 'x' }], 422, /^the server rejected our request/],
  ] as const)('refuses %s %j', (type, body, code, message) => {
    const before = cluster.revision;
    const error = refusal(() => cluster.patch('pods', 'p1', type, body));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(cluster.revision).toBe(before);
  });

  test('nothing to patch is 404, whatever the patch', () => {
    expect(refusal(() => cluster.patch('pods', 'none', 'json', { not: 'list' })).code).toBe(404);
  });
});

describe('delete', () => {
  test('an object without anything to wait for goes at once, and a Status says so', () => {
    const { body } = cluster.create('configmaps', configMap('del'));
    const dry = cluster.delete('configmaps', 'del', {}, { dryRun: true });
    const real = cluster.delete('configmaps', 'del');
    expect(dry.body).toEqual(real.body);
    expect(real).toMatchObject({
      code: 200,
      body: { kind: 'Status', status: 'Success', details: { name: 'del', kind: 'configmaps', uid: body.metadata.uid } },
    });
    expect(refusal(() => cluster.delete('configmaps', 'del')).message).toBe('configmaps "del" not found');
  });

  test('preconditions and options', () => {
    const { uid, resourceVersion } = cluster.create('configmaps', configMap('del')).body.metadata;
    const refused = (options: object) => refusal(() => cluster.delete('configmaps', 'del', options)).toStatus();
    expect(refused({ preconditions: { uid: 'x' } })).toMatchObject({
      code: 409,
      message: `Operation cannot be fulfilled on ConfigMap "del": the UID in the precondition (x) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
      details: { name: 'del', kind: 'ConfigMap' },
    });
    expect(refused({ preconditions: { resourceVersion: '1' } }).message).toBe(
      `Operation cannot be fulfilled on ConfigMap "del": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
    expect(refused({ propagationPolicy: 'Nope' })).toMatchObject({
      code: 422,
      message:
        'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Nope": supported values: "Foreground", "Background", "Orphan", "nil"',
      details: { group: 'meta.k8s.io', kind: 'DeleteOptions' },
    });
    expect(cluster.delete('configmaps', 'del', { preconditions: { uid, resourceVersion } }).code).toBe(200);
  });

  test('finalizers hold it; the update that removes the last one removes the object', () => {
    cluster.create('configmaps', configMap('fin', { a: 'b' }, { finalizers: ['example.com/x'] }));
    const first = cluster.delete('configmaps', 'fin').body;
    expect(first.metadata).toMatchObject({ deletionTimestamp: '2026-01-02T03:04:05Z', deletionGracePeriodSeconds: 0 });
    cluster.nowMs += 5000;
    expect(cluster.delete('configmaps', 'fin').body).toEqual(first);

    const more = { metadata: { finalizers: ['example.com/x', 'example.com/y'] } };
    expect(refusal(() => cluster.patch('configmaps', 'fin', 'merge', more)).message).toBe(
      'ConfigMap "fin" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/y"}',
    );
    const last = cluster.patch('configmaps', 'fin', 'merge', { metadata: { finalizers: [] } });
    expect(last.code).toBe(200);
    expect(last.body.metadata).not.toHaveProperty('finalizers');
    expect(refusal(() => cluster.get('configmaps', 'fin')).code).toBe(404);
  });

  test('watchers of a removal see the last stored state at the revision of the removal', () => {
    cluster.create('configmaps', configMap('fin', {}, { finalizers: ['example.com/x'] }));
    cluster.delete('configmaps', 'fin');
    const before = cluster.revision;
    cluster.patch('configmaps', 'fin', 'merge', { metadata: { finalizers: null } });
    const { changes } = cluster.store.changes({ after: before });
    expect(changes.map(({ type }) => type)).toEqual(['DELETED']);
    expect(JSON.parse(changes[0]!.json).metadata).toMatchObject({
      finalizers: ['example.com/x'],
      resourceVersion: String(before + 1),
    });
  });

  test('a bound Pod stays for its grace period, which only gets shorter', () => {
    cluster.create('pods', pod('bound', { nodeName: 'n1' }));
    expect(cluster.delete('pods', 'bound').body.metadata).toMatchObject({
      deletionTimestamp: '2026-01-02T03:04:35Z',
      deletionGracePeriodSeconds: 30,
    });
    cluster.nowMs += 1000;
    const before = cluster.revision;
    expect(cluster.delete('pods', 'bound', { gracePeriodSeconds: 60 }).body.metadata.deletionGracePeriodSeconds).toBe(
      30,
    );
    expect(cluster.delete('pods', 'bound').code).toBe(200);
    expect(cluster.revision).toBe(before);
    expect(cluster.delete('pods', 'bound', { gracePeriodSeconds: 5 }).body.metadata).toMatchObject({
      deletionTimestamp: '2026-01-02T03:04:10Z',
      deletionGracePeriodSeconds: 5,
    });
    const last = cluster.delete('pods', 'bound', { gracePeriodSeconds: 0 });
    expect(last.body).toMatchObject({ kind: 'Pod', metadata: { name: 'bound', deletionGracePeriodSeconds: 0 } });
    expect(refusal(() => cluster.get('pods', 'bound')).code).toBe(404);
  });

  test('an unbound Pod goes at once and is the answer', () => {
    cluster.create('pods', pod('unsched'));
    expect(cluster.delete('pods', 'unsched').body).toMatchObject({
      kind: 'Pod',
      metadata: { deletionTimestamp: '2026-01-02T03:04:05Z', deletionGracePeriodSeconds: 0 },
    });
    expect(refusal(() => cluster.get('pods', 'unsched')).code).toBe(404);
  });

  test.each([
    [{ propagationPolicy: 'Foreground' }, ['foregroundDeletion']],
    [{ propagationPolicy: 'Orphan' }, ['orphan']],
    [{ orphanDependents: true }, ['orphan']],
    [{}, ['orphan']],
    [{ propagationPolicy: 'Background' }, undefined],
  ])('propagation %j of a kind that orphans by habit: finalizers %j', (options, finalizers) => {
    cluster.create('replicationcontrollers', controller('r1'));
    const { body } = cluster.delete('replicationcontrollers', 'r1', options);
    expect(body.metadata?.finalizers).toEqual(finalizers);
    expect(body.kind).toBe(finalizers ? 'ReplicationController' : 'Status');
    if (finalizers) expect(body.metadata.generation).toBe(2);
  });

  test('a collection: what the selector means, and nothing else', () => {
    for (const name of ['a', 'b', 'c']) {
      cluster.create('configmaps', configMap(name, {}, { labels: { keep: name === 'b' ? 'yes' : 'no' } }));
    }
    const { body } = cluster.deleteCollection('configmaps', { labelSelector: 'keep=no' });
    expect(body).toMatchObject({
      kind: 'ConfigMapList',
      items: [{ metadata: { name: 'a' } }, { metadata: { name: 'c' } }],
    });
    expect(cluster.names('configmaps')).toEqual(['b']);
  });
});

describe('namespaces', () => {
  test('nothing is created in one that is absent or on its way out; finalize lets it go', () => {
    expect(
      refusal(() => cluster.create('configmaps', configMap('x'), { namespace: 'missing' })).toStatus(),
    ).toMatchObject({
      code: 404,
      message: 'namespaces "missing" not found',
      details: { name: 'missing', kind: 'namespaces' },
    });
    const tmp = cluster.create('namespaces', { metadata: { name: 'tmp' } }).body;
    const deleted = cluster.delete('namespaces', 'tmp').body;
    expect(deleted).toMatchObject({ status: { phase: 'Terminating' }, spec: { finalizers: ['kubernetes'] } });
    expect(deleted.metadata).not.toHaveProperty('deletionGracePeriodSeconds');
    expect(
      refusal(() => cluster.create('configmaps', configMap('late'), { namespace: 'tmp' })).toStatus(),
    ).toMatchObject({
      code: 403,
      message:
        'configmaps "late" is forbidden: unable to create new content in namespace tmp because it is being terminated',
      details: {
        name: 'late',
        kind: 'configmaps',
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: 'namespace tmp is being terminated',
            field: 'metadata.namespace',
          },
        ],
      },
    });
    const emptied = { ...tmp, metadata: { name: 'tmp' }, spec: {} };
    expect(cluster.update('namespaces', 'tmp', emptied, { subresource: 'finalize' }).code).toBe(200);
    expect(refusal(() => cluster.get('namespaces', 'tmp')).code).toBe(404);
  });

  test('the system cannot lose its own', () => {
    expect(refusal(() => cluster.delete('namespaces', 'default')).toStatus()).toMatchObject({
      code: 403,
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
    });
  });
});

describe('subresources', () => {
  test('scale', () => {
    cluster.create('replicationcontrollers', controller('r1'));
    const scale = { subresource: 'scale' };
    expect(cluster.get('replicationcontrollers', 'r1', scale)).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: 'r1', namespace: 'default' },
      spec: { replicas: 1 },
      status: { replicas: 0, selector: 'r=1' },
    });
    const body = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'r1' }, spec: { replicas: 3 } };
    expect(cluster.update('replicationcontrollers', 'r1', body, scale).body).toMatchObject({ spec: { replicas: 3 } });
    expect(cluster.get('replicationcontrollers', 'r1')).toMatchObject({
      metadata: { generation: 2 },
      spec: { replicas: 3 },
    });
    const zero = cluster.patch('replicationcontrollers', 'r1', 'merge', { spec: { replicas: 0 } }, scale);
    expect(zero.body.spec).toEqual({});
    const negative = { spec: { replicas: -2 } };
    expect(refusal(() => cluster.patch('replicationcontrollers', 'r1', 'merge', negative, scale)).message).toBe(
      'Scale.autoscaling "r1" is invalid: spec.replicas: Invalid value: -2: must be greater than or equal to 0',
    );
    expect(refusal(() => cluster.update('replicationcontrollers', 'none', { spec: {} }, scale)).code).toBe(404);
  });

  test('binding assigns a Pod once', () => {
    cluster.create('pods', pod('p1'));
    const bind = (metadata: object = {}) =>
      cluster.create(
        'pods',
        {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name: 'p1', ...metadata },
          target: { kind: 'Node', name: 'n1' },
        },
        { name: 'p1', subresource: 'binding' },
      );
    expect(refusal(() => bind({ uid: 'other' })).code).toBe(409);
    expect(bind()).toMatchObject({ code: 201, body: { kind: 'Status', status: 'Success' } });
    expect(cluster.get('pods', 'p1')).toMatchObject({
      spec: { nodeName: 'n1' },
      status: {
        conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-02T03:04:05Z' }],
      },
    });
    expect(refusal(() => bind()).toStatus()).toMatchObject({
      code: 409,
      message: 'Operation cannot be fulfilled on pods/binding "p1": pod p1 is already assigned to node "n1"',
      details: { name: 'p1', kind: 'pods/binding' },
    });
  });

  test('eviction is a deletion', () => {
    cluster.create('pods', pod('p1', { nodeName: 'n1' }));
    const body = { metadata: { name: 'p1' }, deleteOptions: { gracePeriodSeconds: 7 } };
    expect(cluster.create('pods', body, { name: 'p1', subresource: 'eviction' })).toMatchObject({
      code: 201,
      body: { kind: 'Status', status: 'Success' },
    });
    expect(cluster.get('pods', 'p1').metadata.deletionGracePeriodSeconds).toBe(7);
  });

  test('a kind has what it declares', () => {
    cluster.create('configmaps', configMap('c1'));
    expect(refusal(() => cluster.get('configmaps', 'c1', { subresource: 'status' })).code).toBe(404);
    expect(refusal(() => cluster.get('pods', 'p1', { subresource: 'binding' })).code).toBe(405);
  });
});

describe('admission of Pods', () => {
  test('fills in account, priority and tolerations', () => {
    const { spec } = cluster.create('pods', pod('p1')).body as Pod;
    expect(spec).toMatchObject({
      serviceAccountName: 'default',
      serviceAccount: 'default',
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
        { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    });
    const tolerant = { tolerations: [{ operator: 'Exists' }] };
    expect((cluster.create('pods', pod('p2', tolerant)).body as Pod).spec?.tolerations).toEqual(tolerant.tolerations);
  });

  test('an account that is named must exist', () => {
    const body = pod('b', { serviceAccountName: 'nope' });
    expect(refusal(() => cluster.create('pods', body)).toStatus()).toMatchObject({
      code: 403,
      message: 'pods "b" is forbidden: error looking up service account default/nope: serviceaccount "nope" not found',
      details: { name: 'b', kind: 'pods' },
    });
    cluster.create('serviceaccounts', { metadata: { name: 'nope' } });
    expect(cluster.create('pods', body).code).toBe(201);
  });
});

describe('list', () => {
  beforeEach(() => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) cluster.create('configmaps', configMap(name));
  });

  test('is put together from stored texts, items without their type', () => {
    const answer = JSON.parse(encodeList(cluster.list('configmaps', { limit: 2 })));
    expect(answer).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    const { kind: _kind, apiVersion: _apiVersion, ...first } = cluster.get('configmaps', 'a');
    expect(answer.items[0]).toEqual(first);
  });

  test('pages show one revision, whatever happens between them', () => {
    const first = cluster.list('configmaps', { limit: 2 });
    expect(first.metadata).toMatchObject({ resourceVersion: String(cluster.revision), remainingItemCount: 3 });
    cluster.delete('configmaps', 'c');
    cluster.create('configmaps', configMap('cc'));
    const second = cluster.list('configmaps', { limit: 2, continue: first.metadata.continue });
    expect(second.items.map(({ key }) => key.name)).toEqual(['c', 'd']);
    expect(second.metadata).toMatchObject({ resourceVersion: first.metadata.resourceVersion, remainingItemCount: 1 });
    const third = cluster.list('configmaps', { limit: 2, continue: second.metadata.continue });
    expect(third.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
    expect(third.items.map(({ key }) => key.name)).toEqual(['e']);
  });

  test('a page of a list that has been compacted away: 410 with a token that goes on', () => {
    const { metadata } = cluster.list('configmaps', { limit: 2 });
    cluster.create('configmaps', configMap('cc'));
    cluster.nowMs += 3_600_000;
    cluster.create('configmaps', configMap('z'));
    cluster.store.compact({ beforeMs: cluster.nowMs, keepRows: 0 });
    const status = refusal(() => cluster.list('configmaps', { limit: 2, continue: metadata.continue })).toStatus();
    expect(status).toMatchObject({ code: 410, reason: 'Expired', metadata: { continue: expect.any(String) } });
    const token = (status.metadata as { continue?: string }).continue;
    expect(cluster.names('configmaps', { continue: token })).toEqual(['c', 'cc', 'd', 'e', 'z']);
  });

  test('selectors', () => {
    cluster.create('pods', pod('p1', { nodeName: 'n1' }));
    cluster.create('pods', { ...pod('p2'), metadata: { name: 'p2', labels: { app: 'x' } } });
    expect(cluster.names('pods', { fieldSelector: 'spec.nodeName=n1' })).toEqual(['p1']);
    expect(cluster.names('pods', { fieldSelector: 'spec.nodeName=' })).toEqual(['p2']);
    expect(cluster.names('pods', { fieldSelector: 'spec.nodeName=n1,status.phase!=Pending' })).toEqual([]);
    expect(cluster.names('pods', { fieldSelector: 'metadata.name=p2', namespace: '' })).toEqual(['p2']);
    expect(cluster.names('pods', { fieldSelector: 'metadata.name=p2,status.phase=Running' })).toEqual([]);
    expect(cluster.names('pods', { fieldSelector: 'metadata.namespace=other', namespace: '' })).toEqual([]);
    expect(cluster.names('pods', { labelSelector: 'app in (x)' })).toEqual(['p2']);
    expect(cluster.list('pods', { labelSelector: '!none', limit: 1 }).metadata).not.toHaveProperty(
      'remainingItemCount',
    );
  });

  test.each([
    [
      { fieldSelector: 'data.a=1' },
      400,
      '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    [{ resourceVersion: 'abc' }, 400, /^invalid resource version: .*parsing "abc": invalid syntax$/],
    [{ resourceVersion: '999999' }, 504, /^Timeout: Too large resource version: 999999, current: \d+$/],
    [
      { resourceVersionMatch: 'Exact' },
      422,
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [{ continue: 'garbage' }, 400, /^invalid continue token: continue key is not valid/],
    [{ continue: btoa('{"v":"meta.k8s.io/v1","rv":0}') }, 400, /^invalid continue token/],
  ])('refuses %j', (query, code, message) => {
    const error = refusal(() => cluster.list('configmaps', query));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test('an exact revision shows the past', () => {
    const then = cluster.revision;
    cluster.delete('configmaps', 'a');
    const past = { resourceVersion: String(then), resourceVersionMatch: 'Exact' };
    expect(cluster.names('configmaps', past)).toContain('a');
    expect(cluster.names('configmaps', { resourceVersion: String(then) })).not.toContain('a');
  });
});
