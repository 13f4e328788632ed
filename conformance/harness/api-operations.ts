import type { V1APIGroup, V1APIResourceList, V1Status } from '@kubernetes/client-node';
import { expect } from 'vitest';
import type { Conformance } from './conforms.ts';
import { type Draft, groupPath, type Kind, type ResourceClient, type Served } from './resource.ts';
import { gone, refused } from './wait.ts';
import type { Watch } from './watch.ts';

export interface Operations<T> {
  kind: Kind<T>;
  /** A valid object, apart from its name. */
  draft(name: string): Draft<T>;
  /** A status to set by a patch, and another by an update. Absent where the kind has no status. */
  statuses?: readonly [Record<string, unknown>, Record<string, unknown>];
  /** Verbs that the kind is not served with. */
  without?: readonly string[];
}

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const;
type Meta = { metadata: { name: string; annotations?: Record<string, string> } };

/**
 * The shape that the rows called "API operations" share: the resource is discovered, and then created, read, listed, watched,
 * patched, updated, its status written, deleted alone and as a collection.
 */
export async function apiOperations<T>(t: Conformance, operations: Operations<T>): Promise<void> {
  const { kind } = operations;
  const resource = t.resource(kind);
  const label = t.unique('conformance');
  const labelSelector = `conformance=${label}`;
  const nameOf = (index: number) => t.unique(`${kind.kind.toLowerCase()}-${index}`);
  t.cleanUp(() => resource.deleteCollection({ labelSelector }));

  await isDiscovered(t, operations);
  const { metadata } = await resource.list({ labelSelector });
  const watch = await resource.watch({ labelSelector, resourceVersion: metadata.resourceVersion });
  for (const index of [1, 2, 3])
    await createAndRead(resource, labelled(operations.draft(nameOf(index)), nameOf(index), label));
  // In this order; a controller may have something to say about each in between.
  for (const index of [1, 2, 3]) await watch.until('ADDED', ({ metadata: { name } }) => name === nameOf(index));

  const everywhere = kind.namespaced ? [resource, t.resource(kind, '')] : [resource];
  for (const scope of everywhere) {
    const { items } = await scope.list({ labelSelector });
    expect(items.map(({ metadata: { name } }) => name)).toEqual([1, 2, 3].map(nameOf));
  }

  await isChanged(resource, nameOf(1), watch);
  if (operations.statuses) await hasStatus(resource, nameOf(1), operations.statuses);
  await resource.delete(nameOf(1));
  await gone(nameOf(1), () => resource.get(nameOf(1)));
  await watch.until('DELETED', ({ metadata: { name } }) => name === nameOf(1));

  await resource.deleteCollection({ labelSelector });
  await t.eventually('the collection is gone', async () => (await resource.list({ labelSelector })).items.length === 0);
  await watch.until('DELETED', ({ metadata: { name } }) => name === nameOf(2));
}

function labelled<T>(draft: Draft<T>, name: string, label: string): Draft<T> {
  return { ...draft, metadata: { ...draft.metadata, name, labels: { ...draft.metadata?.labels, conformance: label } } };
}

async function isDiscovered<T>({ api }: Conformance, { kind, statuses, without = [] }: Operations<T>): Promise<void> {
  const [group, version] = kind.apiVersion.includes('/') ? kind.apiVersion.split('/') : ['', kind.apiVersion];
  if (group !== '') {
    const groups = await api.ask<{ groups: V1APIGroup[] }>('GET', '/apis');
    const served = groups.groups.find(({ name }) => name === group);
    expect(served?.versions).toContainEqual({ groupVersion: kind.apiVersion, version });
    const alone = await api.ask<V1APIGroup>('GET', `/apis/${group}`);
    expect(alone.versions).toEqual(served?.versions);
  }
  const { resources } = await api.ask<V1APIResourceList>('GET', groupPath(kind.apiVersion));
  const found = resources.find(({ name }) => name === kind.plural);
  expect(found).toMatchObject({ kind: kind.kind, namespaced: kind.namespaced });
  expect([...(found?.verbs ?? [])].sort()).toEqual(verbs.filter((verb) => !without.includes(verb)));
  const status = resources.find(({ name }) => name === `${kind.plural}/status`);
  if (statuses) expect([...(status?.verbs ?? [])].sort()).toEqual(['get', 'patch', 'update']);
}

async function createAndRead<T>(resource: ResourceClient<T>, draft: Draft<T>): Promise<void> {
  const created = await resource.create(draft);
  expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
  expect(created.metadata.creationTimestamp).toBeDefined();
  const read = await resource.get(created.metadata.name);
  expect(read.metadata).toMatchObject({
    name: draft.metadata?.name,
    labels: draft.metadata?.labels,
    uid: created.metadata.uid,
  });
  await refused(resource.create(draft), { code: 409, reason: 'AlreadyExists' });
}

async function isChanged<T>(resource: ResourceClient<T>, name: string, watch: Watch<Served<T>>): Promise<void> {
  const patched = await resource.patch(name, { metadata: { annotations: { patched: 'true' } } });
  expect(patched.metadata.annotations).toMatchObject({ patched: 'true' });
  await watch.until('MODIFIED', (object) => (object as Meta).metadata.annotations?.patched === 'true');

  const updated = await updateLatest(resource, name, (object) => {
    object.metadata.annotations = { ...object.metadata.annotations, updated: 'true' };
  });
  expect(updated.metadata.annotations).toMatchObject({ patched: 'true', updated: 'true' });
  expect(BigInt(updated.metadata.resourceVersion)).toBeGreaterThan(BigInt(patched.metadata.resourceVersion));
  await watch.until('MODIFIED', (object) => (object as Meta).metadata.annotations?.updated === 'true');

  const stale = { ...updated, metadata: { ...updated.metadata, resourceVersion: '1' } };
  await refused(resource.update(stale as unknown as Draft<T>), { code: 409, reason: 'Conflict' });
}

async function hasStatus<T>(
  resource: ResourceClient<T>,
  name: string,
  [patched, updated]: NonNullable<Operations<T>['statuses']>,
): Promise<void> {
  const annotations = { statuspatched: 'true' };
  const afterPatch = await resource.patch(
    name,
    { metadata: { annotations }, status: patched },
    { subresource: 'status' },
  );
  expect(afterPatch).toMatchObject({ metadata: { annotations }, status: patched });
  const afterUpdate = await updateLatest(
    resource,
    name,
    (object) => Object.assign(object, { status: { ...(object as { status?: object }).status, ...updated } }),
    'status',
  );
  expect(afterUpdate).toMatchObject({ status: updated });
  // A controller may have added a condition of its own since.
  const { conditions } = updated;
  const status = Array.isArray(conditions) ? { ...updated, conditions: expect.arrayContaining(conditions) } : updated;
  expect(await resource.get(name, 'status')).toMatchObject({ status });
}

const conflictRetries = 10;

/** Reads, changes and writes, again when somebody else was faster, as a client does that is not the only one. */
export async function updateLatest<T>(
  resource: ResourceClient<T>,
  name: string,
  change: (object: Served<T>) => unknown,
  subresource?: string,
): Promise<Served<T>> {
  for (let attempt = 1; ; attempt++) {
    const object = await resource.get(name, subresource);
    change(object);
    try {
      return await resource.update(object as unknown as Draft<T>, subresource ? { subresource } : {});
    } catch (error) {
      const { status } = error as { status?: V1Status };
      if (status?.reason !== 'Conflict' || attempt === conflictRetries) throw error;
    }
  }
}
