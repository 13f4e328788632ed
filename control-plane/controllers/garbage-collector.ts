import { jsonEqual } from '../../shared/api/json.ts';
import type { KubernetesObject, ObjectKey } from '../../shared/api/object.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import type { ObjectChange, WriteOperation } from '../client.ts';
import {
  foregroundFinalizer,
  judgeDependent,
  type OwnerState,
  orphanFinalizer,
  ownerKey,
  ownerState,
  waitsForDependents,
} from './garbage/references.ts';
import { defineController, type ReconcileDeps } from './runtime/controller.ts';
import { ownableResources } from './runtime/manager.ts';
import { pages } from './runtime/pages.ts';
import { keyOf, sameState, writeAll } from './runtime/write.ts';

/**
 * Deletes what its owners have left behind. Upstream keeps a graph of all objects in memory; here the store's index of
 * owners answers the same questions.
 *
 * Keys: `object/RESOURCE/NS/NAME` judges one object: whether it still has an owner, and whether its own deletion waits
 * for dependents. `owner/UID/NS` finds the dependents of an owner that is gone (NS empty: of any namespace).
 */
export default defineController({
  name: 'garbage-collector-controller',
  watches: [{ resource: '*', toKeys: (change, { kinds }) => keysOf(change, kinds) }],
  reconcile(key, deps) {
    const [sort, ...rest] = key.split('/');
    if (sort === 'owner') return collectDependents(rest[0] ?? '', rest[1] ?? '', deps);
    const [resource = '', namespace = '', name = ''] = rest;
    return judge({ resource, namespace, name }, deps);
  },
});

function keysOf({ type, key, object, previous }: ObjectChange, kinds: KindRegistry): string[] {
  const { ownerReferences = [], finalizers = [], deletionTimestamp, uid } = object.metadata;
  if (type === 'DELETED') {
    // Owners that wait for their dependents have one less.
    const owners = ownerReferences.flatMap((reference) => ownerKey(object, reference, kinds) ?? []);
    return [`owner/${uid}/${key.namespace}`, ...owners.map(objectKey)];
  }
  const waits = deletionTimestamp && (finalizers.includes(foregroundFinalizer) || finalizers.includes(orphanFinalizer));
  const isNews = !previous || !jsonEqual(ownerReferences, previous.metadata.ownerReferences ?? []);
  // An owner that waits is let go by a dependent that leaves it, or that no longer blocks it.
  const lost = (previous?.metadata.ownerReferences ?? []).filter(
    ({ uid, blockOwnerDeletion: did }) =>
      !ownerReferences.some((now) => now.uid === uid && (now.blockOwnerDeletion || !did)),
  );
  const freed = lost.flatMap((reference) => ownerKey(object, reference, kinds) ?? []);
  return [...(waits || (isNews && ownerReferences.length > 0) ? [objectKey(key)] : []), ...freed.map(objectKey)];
}

function objectKey({ resource, namespace, name }: ObjectKey): string {
  return `object/${resource}/${namespace}/${name}`;
}

interface Dependent {
  key: ObjectKey;
  object: KubernetesObject;
}

/** All that `uid` owns, over the index of each resource, a page at a time. */
async function* dependentsOf(
  uid: string,
  namespace: string,
  { client, kinds }: ReconcileDeps,
): AsyncGenerator<Dependent[]> {
  for (const resource of ownableResources(kinds)) {
    const found = pages(client, { resource, owner: uid, ...(namespace ? { namespace } : {}) });
    for await (const page of found) {
      if (page.length > 0) yield page.map((object) => ({ key: keyOf(resource, object), object }));
    }
  }
}

async function collectDependents(uid: string, namespace: string, deps: ReconcileDeps): Promise<undefined> {
  for await (const page of dependentsOf(uid, namespace, deps)) {
    const operations: WriteOperation[] = [];
    for (const { key, object } of page) operations.push(...(await verdictOn(key, object, deps)));
    await writeAll(deps.client, operations);
  }
}

async function judge(key: ObjectKey, deps: ReconcileDeps): Promise<undefined> {
  const object = await deps.client.get(key);
  if (!object) return undefined;
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  if (!deletionTimestamp) await writeAll(deps.client, await verdictOn(key, object, deps));
  else if (finalizers.includes(orphanFinalizer)) await orphanDependents(key, object, deps);
  else if (finalizers.includes(foregroundFinalizer)) await deleteDependents(key, object, deps);
  return undefined;
}

async function verdictOn(key: ObjectKey, object: KubernetesObject, deps: ReconcileDeps): Promise<WriteOperation[]> {
  if (object.metadata.deletionTimestamp) return [];
  const states = await ownerStates(object, deps);
  const isAwaited = states.includes('waiting') && !states.includes('solid');
  const own = { hasDependents: false, isInCircle: false };
  for await (const page of isAwaited ? dependentsOf(object.metadata.uid ?? '', key.namespace, deps) : []) {
    own.hasDependents = true;
    own.isInCircle ||= page.some((dependent) => waitsForDependents(dependent.object));
  }
  const verdict = judgeDependent(object, states, own);
  // The references that were judged must still be the ones that it has.
  const preconditions = sameState(object);
  if (verdict.action === 'keep') return [];
  if (verdict.action === 'delete') return [{ verb: 'delete', key, propagationPolicy: verdict.policy, preconditions }];
  return [{ verb: 'patch', key, patch: { metadata: { ownerReferences: verdict.owners } }, preconditions }];
}

async function ownerStates(
  object: KubernetesObject,
  { client, kinds, recorder }: ReconcileDeps,
): Promise<OwnerState[]> {
  const states: OwnerState[] = [];
  for (const reference of object.metadata.ownerReferences ?? []) {
    const key = ownerKey(object, reference, kinds);
    if (key) states.push(ownerState(reference, await client.get(key)));
    else {
      // Nothing is deleted on account of an owner that cannot be looked up.
      states.push('solid');
      const message = `ownerRef ${reference.apiVersion}/${reference.kind} "${reference.name}" cannot be resolved`;
      const component = 'garbage-collector-controller';
      recorder.record({ object, type: 'Warning', reason: 'OwnerRefInvalidNamespace', message, component });
    }
  }
  return states;
}

/** `orphan`: the dependents lose their reference, then the object goes. */
async function orphanDependents(key: ObjectKey, object: KubernetesObject, deps: ReconcileDeps): Promise<void> {
  const { uid = '' } = object.metadata;
  for await (const page of dependentsOf(uid, key.namespace, deps)) {
    const operations = page.map(({ key: dependent, object: { metadata } }): WriteOperation => {
      const ownerReferences = (metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
      const preconditions = { uid: metadata.uid, resourceVersion: metadata.resourceVersion };
      return { verb: 'patch', key: dependent, patch: { metadata: { ownerReferences } }, preconditions };
    });
    await writeAll(deps.client, operations);
  }
  await releaseFrom(key, object, orphanFinalizer, deps);
}

/** `foregroundDeletion`: the dependents are deleted, and the object goes when none is left that holds it. */
async function deleteDependents(key: ObjectKey, object: KubernetesObject, deps: ReconcileDeps): Promise<void> {
  const { uid = '' } = object.metadata;
  await collectDependents(uid, key.namespace, deps);
  const blocks = ({ object: { metadata } }: Dependent) =>
    metadata.ownerReferences?.some((reference) => reference.uid === uid && reference.blockOwnerDeletion);
  for await (const page of dependentsOf(uid, key.namespace, deps)) if (page.some(blocks)) return;
  await releaseFrom(key, object, foregroundFinalizer, deps);
}

async function releaseFrom(key: ObjectKey, object: KubernetesObject, finalizer: string, { client }: ReconcileDeps) {
  const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  const patch = { metadata: { finalizers: finalizers.length > 0 ? finalizers : null } };
  await writeAll(client, [{ verb: 'patch', key, patch, preconditions: sameState(object) }]);
}
