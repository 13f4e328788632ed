import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObjectSchema } from '../../schema/model.ts';
import { schemaFor } from '../../schema/registry.ts';
import type { JsonObject } from '../json.ts';
import type { KubernetesObject, ManagedFieldsEntry } from '../object.ts';
import { compareObjects } from './compare.ts';
import { difference, type FieldSet, forEachPath, intersection, isEmpty, sorted, union } from './field-set.ts';
import { applyUpdateManagers, serverSideApply } from './index.ts';

const schema = schemaFor('V1Pod');
const now = '2026-01-01T00:00:00Z';
const later = '2026-01-02T00:00:00Z';

function aPod(spec: JsonObject, metadata: JsonObject = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...metadata }, spec } as KubernetesObject;
}

function stored({ object, managedFields }: ReturnType<typeof serverSideApply>): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, ...(managedFields ? { managedFields } : {}) } };
}

interface Options {
  live?: KubernetesObject;
  manager?: string;
  force?: boolean;
  time?: string;
}

function apply(applied: KubernetesObject, { live, manager = 'm', force = false, time = now }: Options = {}) {
  return stored(serverSideApply({ schema, live, applied, manager, force, apiVersion: 'v1', now: time }));
}

function update(updated: KubernetesObject, { live, manager = 'u', time = now }: Options = {}): KubernetesObject {
  const managedFields = applyUpdateManagers({ schema, live, updated, manager, apiVersion: 'v1', now: time });
  const { managedFields: _, ...metadata } = updated.metadata;
  return { ...updated, metadata: { ...metadata, ...(managedFields ? { managedFields } : {}) } };
}

function fieldsOf(object: KubernetesObject, manager: string): unknown {
  return object.metadata.managedFields?.find((entry) => entry.manager === manager)?.fieldsV1;
}

describe('applyUpdateManagers', () => {
  const pod = aPod(
    { containers: [{ name: 'c', image: 'i', resources: {} }], securityContext: {}, restartPolicy: 'Always' },
    { labels: { a: '1' }, uid: 'u', resourceVersion: '5' },
  );

  it('gives a creator all that it set, as Kubernetes writes it', () => {
    expect(update(pod).metadata.managedFields).toEqual([
      {
        manager: 'u',
        operation: 'Update',
        apiVersion: 'v1',
        time: now,
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
          'f:spec': {
            'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': {} } },
            'f:restartPolicy': {},
            'f:securityContext': {},
          },
        },
      },
    ]);
  });

  it('moves what another changes, and forgets what is gone', () => {
    const live = update(pod);
    const other = update(
      { ...live, spec: { containers: [{ name: 'c', image: 'j' }], restartPolicy: 'Always' } },
      { live, manager: 'v', time: later },
    );
    expect(fieldsOf(other, 'v')).toEqual({ 'f:spec': { 'f:containers': { 'k:{"name":"c"}': { 'f:image': {} } } } });
    expect(fieldsOf(other, 'u')).toEqual({
      'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
      'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:name': {} } }, 'f:restartPolicy': {} },
    });
  });

  it('returns the same list when nothing changes, and a new time when its owner changes a value', () => {
    const live = update(pod);
    expect(update(structuredClone(live), { live, time: later }).metadata.managedFields).toBe(
      live.metadata.managedFields,
    );
    const changed = update({ ...live, metadata: { ...live.metadata, labels: { a: '2' } } }, { live, time: later });
    expect(changed.metadata.managedFields).toEqual([{ ...live.metadata.managedFields?.[0], time: later }]);
  });

  it('keeps one entry for each subresource, and leaves reset fields alone', () => {
    const live = update(pod);
    const updated = { ...live, status: { phase: 'Running' } };
    const common = { schema, live, updated, manager: 'u', apiVersion: 'v1', now: later };
    const entries = applyUpdateManagers({ ...common, subresource: 'status' });
    expect(entries?.map(({ subresource, fieldsV1 }) => [subresource, fieldsV1 !== undefined])).toEqual([
      [undefined, true],
      ['status', true],
    ]);
    expect(applyUpdateManagers({ ...common, resetFields: ['status'] })).toBe(live.metadata.managedFields);
  });

  it('stops tracking when the list is cleared, and takes a list that a client sends', () => {
    const live = update(pod);
    const withList = (managedFields: unknown[]) => ({
      ...live,
      metadata: { ...live.metadata, managedFields: managedFields as ManagedFieldsEntry[] },
    });
    const cleared = update(withList([{}]), { live });
    expect(cleared.metadata.managedFields).toBeUndefined();
    expect(update({ ...cleared, metadata: { name: 'p' } }, { live: cleared }).metadata.managedFields).toBeUndefined();

    const entry = { manager: 'x', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1' };
    const ports = { 'f:ports': { 'k:{"protocol":"TCP", "containerPort":80}': {} } };
    const sent = update(withList([{ ...entry, fieldsV1: { 'f:spec': ports } }]), { live });
    expect(fieldsOf(sent, 'x')).toEqual({ 'f:spec': { 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': {} } } });

    const malformed = withList([{ ...entry, fieldsV1: { 'k:x': {} } }]);
    expect(update(malformed, { live }).metadata.managedFields).toBe(live.metadata.managedFields);
  });

  it('merges the oldest of more than ten updaters', () => {
    let live = update(pod, { manager: 'u0' });
    for (let number = 1; number <= 14; number++) {
      const labels = { ...live.metadata.labels, [`l${number}`]: 'x' };
      const time = `2026-01-02T00:00:${String(number).padStart(2, '0')}Z`;
      live = update({ ...live, metadata: { ...live.metadata, labels } }, { live, manager: `u${number}`, time });
    }
    const managers = live.metadata.managedFields?.map(({ manager }) => manager);
    expect(managers).toEqual(['ancient-changes', 'u6', 'u7', 'u8', 'u9', 'u10', 'u11', 'u12', 'u13', 'u14']);
    expect(fieldsOf(live, 'ancient-changes')).toHaveProperty(['f:metadata', 'f:labels', 'f:l5']);
  });

  it('is fast enough to run on every write', () => {
    const containers = [1, 2, 3].map((number) => ({
      name: `c${number}`,
      image: 'registry.example/image:1',
      env: [1, 2, 3, 4].map((index) => ({ name: `E${index}`, value: 'some value' })),
      ports: [{ containerPort: 80, protocol: 'TCP' }],
      resources: { limits: { cpu: '1' }, requests: { cpu: '1' } },
      imagePullPolicy: 'Always',
    }));
    const big = aPod({ containers }, { labels: { a: '1', b: '2' } });
    const rounds = 500;
    update(big);
    const start = performance.now();
    for (let round = 0; round < rounds; round++) update(big);
    const micros = ((performance.now() - start) / rounds) * 1000;
    // About 100 on an idle machine; the bound only catches a slip in the order of growth.
    expect(micros).toBeLessThan(2000);
  });
});

describe('serverSideApply', () => {
  const config = aPod({ containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }] }] });

  it('keeps what others own and what the server defaulted', () => {
    const created = apply(config);
    const live = update(
      { ...created, spec: { ...(created.spec as JsonObject), restartPolicy: 'Never', nodeSelector: { a: 'b' } } },
      { live: created },
    );
    const again = apply(aPod({ containers: [{ name: 'c', image: 'k' }] }), { live });
    expect(again.spec).toEqual({
      containers: [{ name: 'c', image: 'k' }],
      restartPolicy: 'Never',
      nodeSelector: { a: 'b' },
    });
  });

  it('does not conflict over an equal value, and shares it', () => {
    const live = apply(config);
    const shared = apply(config, { live, manager: 'n' });
    expect(fieldsOf(shared, 'n')).toEqual(fieldsOf(shared, 'm'));
    const given = apply(aPod({ restartPolicy: 'Never' }), { live: shared, manager: 'm' });
    expect(given.spec).toEqual({ ...(config.spec as JsonObject), restartPolicy: 'Never' });
  });

  it('names every conflict', () => {
    const live = update(aPod({ containers: [{ name: 'c', image: 'a' }], restartPolicy: 'Always' }), { manager: 'x' });
    const applied = aPod({ containers: [{ name: 'c', image: 'b' }], restartPolicy: 'Never' });
    expect(() => apply(applied, { live })).toThrow(
      'Apply failed with 2 conflicts: conflicts with "x" using v1:\n- .spec.restartPolicy\n- .spec.containers[name="c"].image',
    );
    expect(apply(applied, { live, force: true }).spec).toEqual(applied.spec);
  });

  it('lets kubectl take over what client-side apply set, and keeps its annotation in step', () => {
    const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
    const first = aPod({ containers: [{ name: 'c', image: 'a' }] });
    const live = update(
      { ...first, metadata: { name: 'p', annotations: { [annotation]: JSON.stringify(first) } } },
      { manager: 'kubectl-client-side-apply' },
    );
    const next = aPod({ containers: [{ name: 'c', image: 'b' }] });
    expect(() => apply(next, { live })).toThrow('conflict with "kubectl-client-side-apply" using v1');
    const taken = apply(next, { live, manager: 'kubectl' });
    expect(taken.spec).toEqual(next.spec);
    expect(JSON.parse(taken.metadata.annotations?.[annotation] ?? '')).toEqual(next);
  });

  it('attributes what was there before tracking', () => {
    const live = apply(config, { live: { ...config, spec: { restartPolicy: 'Never' } } });
    expect(fieldsOf(live, 'before-first-apply')).toEqual({ 'f:spec': { 'f:restartPolicy': {} } });
  });

  it('orders merged items by the configuration', () => {
    const list = (...names: string[]) => ({ containers: names.map((name) => ({ name })) });
    const live = update(aPod(list('x', 'a', 'y', 'b', 'z')));
    const result = apply(aPod(list('b', 'n', 'a')), { live });
    expect((result.spec as JsonObject).containers).toEqual(list('x', 'y', 'b', 'z', 'n', 'a').containers);
  });

  it('merges preserved unknown data as maps, and takes its lists whole', () => {
    const open: ObjectSchema = {
      type: 'object',
      fields: {
        apiVersion: { schema: { type: 'string' } },
        kind: { schema: { type: 'string' } },
        metadata: { schema: schemaFor('V1ObjectMeta') },
        spec: { schema: { type: 'object', fields: {}, preserveUnknown: true } },
      },
    };
    const one = (spec: JsonObject, live?: KubernetesObject, manager = 'm') => {
      const applied = { apiVersion: 'x/v1', kind: 'X', metadata: { name: 'x' }, spec };
      return stored(serverSideApply({ schema: open, live, applied, manager, force: true, apiVersion: 'x/v1', now }));
    };
    const live = one({ a: { b: 1 }, list: [{ c: 1 }] });
    const merged = one({ a: { d: null, e: 2 }, list: [{ c: 2 }] }, live, 'n');
    expect(merged.spec).toEqual({ a: { b: 1, e: 2 }, list: [{ c: 2 }] });
    expect(fieldsOf(merged, 'm')).toEqual({ 'f:spec': { 'f:a': { '.': {}, 'f:b': {} } } });
  });

  it.each<[string, KubernetesObject]>([
    ['.spec.nope: field not declared in schema', aPod({ nope: 1 })],
    ['.spec.containers: expected list, got "x"', aPod({ containers: 'x' })],
    ['.spec.containers: duplicate entries for key [name="a"]', aPod({ containers: [{ name: 'a' }, { name: 'a' }] })],
    ['omits all key fields ["name"]', aPod({ containers: [{ image: 'a' }] })],
    ['Specified patch version: v2, expected: v1', { ...aPod({}), apiVersion: 'v2' }],
    ['metadata.managedFields must be nil', aPod({}, { managedFields: [] })],
  ])('refuses with %s', (message, applied) => {
    expect(() => apply(applied)).toThrow(message);
  });
});

const name = fc.constantFrom('a', 'b', 'c');
const labels = fc.dictionary(name, name, { noNullPrototype: true });
const optional = { requiredKeys: [], noNullPrototype: true } satisfies { requiredKeys: []; noNullPrototype: true };
const port = fc.record({ containerPort: fc.integer({ min: 1, max: 3 }), protocol: fc.constantFrom('TCP', 'UDP') });
const container = fc
  .record(
    { image: name, ports: fc.uniqueArray(port, { selector: (value) => JSON.stringify(value), maxLength: 3 }) },
    optional,
  )
  .chain((fields) => name.map((value) => ({ name: value, ...fields })));
const arbitraryPod = fc
  .tuple(
    fc.record({ labels, finalizers: fc.uniqueArray(name, { maxLength: 3 }) }, optional),
    fc.record(
      {
        containers: fc.uniqueArray(container, { selector: (value) => value.name, maxLength: 3 }),
        nodeSelector: labels,
        restartPolicy: name,
        securityContext: fc.record({ runAsUser: fc.nat({ max: 2 }) }, optional),
      },
      optional,
    ),
  )
  .map(([metadata, spec]) => aPod(spec as JsonObject, metadata as JsonObject));
/** Empty maps and lists, which the merge treats as values but removal cannot bring back, are left out. */
const dense = (object: KubernetesObject) =>
  JSON.parse(JSON.stringify(object), (_key, value) =>
    typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? undefined : value,
  ) as KubernetesObject;

describe('laws', () => {
  it('applying twice is applying once', () => {
    fc.assert(
      fc.property(arbitraryPod, arbitraryPod, (live, applied) => {
        const once = apply(applied, { live: update(live), force: true });
        const twice = apply(applied, { live: once, time: later });
        expect(twice).toEqual(once);
        expect(twice.metadata.managedFields).toBe(once.metadata.managedFields);
      }),
    );
  });

  it('what is applied and then no longer applied is gone, and the rest is as before', () => {
    fc.assert(
      fc.property(arbitraryPod, arbitraryPod, (before, applied) => {
        const live = update(dense(before));
        const added = dense(applied);
        const merged = apply(added, { live, manager: 'n', force: true });
        // Values that were taken over stay gone; so compare where nothing was.
        fc.pre(isEmpty(intersection(setOf(live), setOf(added))));
        const without = apply(aPod({}), { live: merged, manager: 'n' });
        expect(setOf(without)).toEqual(setOf(live));
      }),
    );
  });

  it('what is applied is there, whatever was there before', () => {
    fc.assert(
      fc.property(arbitraryPod, arbitraryPod, (live, applied) => {
        const result = apply(applied, { live: update(live), force: true });
        const { changed } = compareObjects(schema, result as JsonObject, mergeBack(result, applied) as JsonObject);
        expect(changed).toEqual({});
      }),
    );
  });

  it('sets obey the laws of sets', () => {
    const sets = arbitraryPod.map(setOf);
    fc.assert(
      fc.property(sets, sets, sets, (a, b, c) => {
        expect(pathsOf(union(a, b))).toEqual([...new Set([...pathsOf(a), ...pathsOf(b)])].sort());
        expect(pathsOf(difference(a, b))).toEqual(pathsOf(a).filter((path) => !pathsOf(b).includes(path)));
        expect(pathsOf(intersection(a, b))).toEqual(pathsOf(a).filter((path) => pathsOf(b).includes(path)));
        expect(sorted(union(a, union(b, c)))).toEqual(sorted(union(union(a, b), c)));
        expect(sorted(union(difference(a, b), intersection(a, b)))).toEqual(sorted(a));
        expect(difference(difference(a, b), b)).toEqual(difference(a, b));
      }),
    );
  });
});

/** All fields of an object. */
function setOf(object: KubernetesObject): FieldSet {
  return compareObjects(schema, undefined, object as JsonObject).changed;
}

function pathsOf(set: FieldSet): string[] {
  const paths: string[] = [];
  forEachPath(set, (path) => paths.push(path));
  return paths.sort();
}

function mergeBack(object: KubernetesObject, applied: KubernetesObject): KubernetesObject {
  return serverSideApply({ schema, live: object, applied, manager: 'm', force: true, apiVersion: 'v1', now }).object;
}
