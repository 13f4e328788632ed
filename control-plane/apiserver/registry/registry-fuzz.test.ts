import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StatusError } from '../../../shared/api/errors.ts';
import type { Json, JsonObject } from '../../../shared/api/json.ts';
import type { PatchType } from './registry.ts';
import { RegistryFixture } from './testing/fixture.ts';
import { testKinds } from './testing/kinds.ts';

/** Bodies that are fine, to be spoiled in one or a few places each. */
const bodies: Readonly<Record<string, JsonObject>> = {
  pods: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x', labels: { a: '1' }, annotations: { b: '2' }, finalizers: ['example.com/f'] },
    spec: {
      containers: [
        {
          name: 'c',
          image: 'busybox',
          command: ['sh'],
          env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          ports: [{ name: 'web', containerPort: 80, hostPort: 8080, protocol: 'TCP' }],
          resources: { requests: { cpu: '100m' }, limits: { memory: '1Gi' } },
          livenessProbe: { httpGet: { path: '/', port: 'web' } },
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
        },
      ],
      volumes: [{ name: 'v', emptyDir: {} }],
      tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 3 }],
      affinity: { nodeAffinity: {} },
      nodeSelector: { disk: 'ssd' },
    },
  },
  services: {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'x' },
    spec: {
      type: 'NodePort',
      selector: { a: 'b' },
      ports: [{ name: 'p', port: 80, targetPort: 'web', nodePort: 30001 }],
    },
  },
  replicationcontrollers: {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'x' },
    spec: {
      replicas: 1,
      selector: { r: '1' },
      template: { metadata: { labels: { r: '1' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  },
  configmaps: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: '1' }, immutable: false },
};

const spoiler = fc.oneof(
  fc.constantFrom<Json>(null, '', 0, -1, 1.5, 1e21, true, {}, [], [null], '__proto__', 'A b', '10.96.0.1'),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
);

/** Replaces, removes or adds something at a place that `choices` lead to. */
function spoil(value: Json, choices: readonly number[], by: Json): Json {
  const [choice = 0, ...rest] = choices;
  if (rest.length === 0 || typeof value !== 'object' || value === null) return by;
  if (Array.isArray(value)) {
    const at = choice % (value.length + 1);
    return value.toSpliced(at, 1, spoil(value[at] ?? {}, rest, by));
  }
  const keys = [...Object.keys(value), 'status', 'constructor'];
  const key = keys[choice % keys.length] ?? 'x';
  return { ...value, [key]: spoil(value[key] ?? {}, rest, by) };
}

const damage = fc.record({
  choices: fc.array(fc.nat(20), { minLength: 1, maxLength: 7 }),
  by: spoiler,
});
const resource = fc.constantFrom(...Object.keys(bodies));

function spoiled(name: string, damages: readonly { choices: number[]; by: Json }[]): Json {
  return damages.reduce<Json>((body, { choices, by }) => spoil(body, [...choices, 0], by), bodies[name] ?? {});
}

/** Runs one request; a refusal must be a client error and must leave nothing behind. */
function attempt(cluster: RegistryFixture, work: () => { body: unknown }): void {
  const { revision } = cluster;
  try {
    work();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    expect(error.code).toBeLessThan(500);
    expect(cluster.revision).toBe(revision);
    JSON.stringify(error.toStatus());
  }
}

function newCluster(): RegistryFixture {
  const cluster = new RegistryFixture(testKinds);
  cluster.create('namespaces', { metadata: { name: 'default' } });
  return cluster;
}

test('no body makes a create or an update fail in any other way than with a client error', () => {
  const cluster = newCluster();
  for (const [name, body] of Object.entries(bodies)) cluster.create(name, { ...body, metadata: { name: 'there' } });
  fc.assert(
    fc.property(resource, fc.array(damage, { minLength: 1, maxLength: 3 }), (name, damages) => {
      const body = spoiled(name, damages);
      attempt(cluster, () => cluster.create(name, body, { dryRun: true }));
      attempt(cluster, () => cluster.update(name, 'there', body));
      attempt(cluster, () => cluster.update(name, 'x', body, { subresource: 'status' }));
    }),
    { numRuns: 400 },
  );
});

test('no patch does either, and what it leaves can be read and updated', () => {
  const cluster = newCluster();
  for (const [name, body] of Object.entries(bodies)) cluster.create(name, body);
  const operation = fc.record({
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'frob'),
    path: fc.constantFrom(
      '/metadata',
      '/metadata/name',
      '/spec',
      '/spec/containers/0',
      '/spec/ports/-',
      '/kind',
      '',
      '/x~1',
    ),
    from: fc.constantFrom('/spec', '/metadata/labels', '/none'),
    value: spoiler,
  });
  const patch = fc.oneof(
    fc.record({
      type: fc.constantFrom<PatchType>('merge', 'strategic'),
      damages: fc.array(damage, { minLength: 1, maxLength: 2 }),
      operations: fc.constant([]),
    }),
    fc.record({
      type: fc.constant<PatchType>('json'),
      damages: fc.constant([]),
      operations: fc.array(operation, { minLength: 1, maxLength: 3 }),
    }),
  );
  fc.assert(
    fc.property(resource, patch, (name, { type, damages, operations }) => {
      const body = type === 'json' ? operations : spoiled(name, damages);
      attempt(cluster, () => cluster.patch(name, 'x', type, body));
      const stored = cluster.get(name, 'x');
      expect(cluster.update(name, 'x', stored).body).toEqual(stored);
    }),
    { numRuns: 400 },
  );
});
