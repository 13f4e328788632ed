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
  const isWaiting = owner.metadata.deletionTimestamp && owner.metadata.finalizers?.includes(foregroundFinalizer);
  return isWaiting ? 'waiting' : 'solid';
}

/** What becomes of a dependent. */
export type Verdict =
  | { action: 'keep' }
  | { action: 'detach'; owners: OwnerReference[] }
  | { action: 'delete'; policy: string };

/** Upstream's rule: one solid owner keeps an object, which then lets go of the others; without one it is deleted. */
export function judgeDependent(
  object: KubernetesObject,
  states: readonly OwnerState[],
  blocksItself: boolean,
): Verdict {
  const references = object.metadata.ownerReferences ?? [];
  if (references.length === 0 || states.every((state) => state === 'solid')) return { action: 'keep' };
  if (states.includes('solid')) {
    return { action: 'detach', owners: references.filter((_reference, index) => states[index] === 'solid') };
  }
  // Its own dependents must go before the owner that waits for it.
  const policy = states.includes('waiting') && blocksItself ? 'Foreground' : policyOf(object);
  return { action: 'delete', policy };
}

function policyOf({ metadata }: KubernetesObject): string {
  if (metadata.finalizers?.includes(orphanFinalizer)) return 'Orphan';
  return metadata.finalizers?.includes(foregroundFinalizer) ? 'Foreground' : 'Background';
}
