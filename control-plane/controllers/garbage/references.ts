import type { KubernetesObject, ObjectKey, OwnerReference } from '../../../shared/api/object.ts';
import { resourceName } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

/** What a reference points to, as far as that can be told. */
export type OwnerState =
  | 'solid'
  /** Gone, or another object of the same name. */
  | 'absent'
  /** Being deleted, and waiting for its dependents. */
  | 'waiting';

/** Where the owner would be; undefined when its kind is unknown or a reference of this sort is not allowed. */
export function ownerKey(
  dependent: KubernetesObject,
  owner: OwnerReference,
  kinds: KindRegistry,
): ObjectKey | undefined {
  const kind = kinds.byKind(owner.apiVersion, owner.kind);
  if (!kind) return undefined;
  const namespace = dependent.metadata.namespace ?? '';
  if (kind.scope === 'Cluster') return { resource: resourceName(kind), namespace: '', name: owner.name };
  // What belongs to no namespace cannot depend on what does.
  return namespace === '' ? undefined : { resource: resourceName(kind), namespace, name: owner.name };
}

export function ownerState(reference: OwnerReference, owner: KubernetesObject | undefined): OwnerState {
  if (owner?.metadata.uid !== reference.uid) return 'absent';
  return waitsForDependents(owner) ? 'waiting' : 'solid';
}

/** True for an object whose deletion waits until its dependents are gone. */
export function waitsForDependents({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(foregroundFinalizer);
}

/** What becomes of a dependent. */
export type Verdict =
  | { action: 'keep' }
  /** Its references become these. */
  | { action: 'rewrite'; owners: OwnerReference[] }
  | { action: 'delete'; policy: string };

/** What is known of an object's own dependents; asked for when an owner of it waits. */
export interface DependentsState {
  hasDependents: boolean;
  /** One of them waits for its dependents already: the object may be among those, and then all would wait for ever. */
  isInCircle: boolean;
}

/** Upstream's rule: one solid owner keeps an object, which then lets go of the others; without one it is deleted. */
export function judgeDependent(
  object: KubernetesObject,
  states: readonly OwnerState[],
  { hasDependents, isInCircle }: DependentsState,
): Verdict {
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0 || states.every((state) => state === 'solid')) return { action: 'keep' };
  if (states.includes('solid')) {
    return { action: 'rewrite', owners: references.filter((_reference, index) => states[index] === 'solid') };
  }
  if (!states.includes('waiting') || !hasDependents) return { action: 'delete', policy: policyOf(object) };
  if (isInCircle && references.some(({ blockOwnerDeletion }) => blockOwnerDeletion)) {
    return { action: 'rewrite', owners: references.map((reference) => ({ ...reference, blockOwnerDeletion: false })) };
  }
  // Its own dependents must go before the owner that waits for it.
  return { action: 'delete', policy: 'Foreground' };
}

function policyOf({ metadata }: KubernetesObject): string {
  if (metadata.finalizers?.includes(orphanFinalizer)) return 'Orphan';
  return metadata.finalizers?.includes(foregroundFinalizer) ? 'Foreground' : 'Background';
}
