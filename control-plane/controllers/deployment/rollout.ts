import { fencepostsOf } from './fenceposts.ts';
import { desiredReplicasAnnotation, maxReplicasOf, olderFirst, type Revisions } from './revisions.ts';
import { type Deployment, type ReplicaSet, replicasOf, sumOf } from './types.ts';

/** Wanted sizes by name of the ReplicaSet; those that stay as they are may be left out. */
export type Sizes = Map<string, number>;

/** True when the Deployment's size has changed since its ReplicaSets were last sized. */
export function wasScaled(deployment: Deployment, { current, old }: Revisions): boolean {
  return active(current ? [...old, current] : old).some((set) => {
    const desired = set.metadata.annotations?.[desiredReplicasAnnotation];
    return desired !== undefined && Number(desired) !== replicasOf(deployment);
  });
}

/**
 * Sizes after a change of the Deployment's own, without going on with a rollout: everything to the one active
 * ReplicaSet, or to each of several what it had before in proportion.
 */
export function scaleInProportion(deployment: Deployment, { current, old }: Revisions): Sizes {
  const replicas = replicasOf(deployment);
  const running = active(current ? [...old, current] : old);
  if (running.length <= 1) {
    const only = running[0] ?? current ?? old.at(-1);
    return only ? sizes([only, replicas]) : new Map();
  }
  if (current && isSaturated(deployment, current)) return sizes(...active(old).map((set) => [set, 0] as const));
  if (deployment.spec?.strategy?.type === 'Recreate') return new Map();
  const allowed = replicas > 0 ? replicas + fencepostsOf(deployment).maxSurge : 0;
  return shareOut(deployment, running, allowed - sumOf(running, replicasOf));
}

/** Gives each ReplicaSet its share of `change`, the largest first; what rounding leaves over goes to that one. */
function shareOut(deployment: Deployment, running: readonly ReplicaSet[], change: number): Sizes {
  const direction = Math.sign(change);
  // Of equal sizes the newer one grows and the older one shrinks first.
  const ordered = [...running].sort((a, b) => replicasOf(b) - replicasOf(a) || -direction * olderFirst(a, b));
  const result: Sizes = new Map();
  let given = 0;
  for (const set of ordered) {
    const left = change - given;
    const share = change === 0 ? 0 : proportionOf(deployment, set);
    const part = direction > 0 ? Math.min(share, left) : Math.max(share, left);
    result.set(nameOf(set), replicasOf(set) + part);
    given += part;
  }
  const largest = ordered[0];
  if (largest) result.set(nameOf(largest), Math.max(0, (result.get(nameOf(largest)) ?? 0) + change - given));
  return result;
}

function proportionOf(deployment: Deployment, set: ReplicaSet): number {
  const wanted = replicasOf(deployment);
  const size = replicasOf(set);
  if (wanted === 0) return -size;
  const before = maxReplicasOf(set) || deployment.status?.replicas || size;
  return Math.round((size * (wanted + fencepostsOf(deployment).maxSurge)) / before) - size;
}

/** How many Pods the current ReplicaSet of a rolling update may have now. */
export function currentSize(deployment: Deployment, { current, old }: Revisions): number {
  const wanted = replicasOf(deployment);
  const size = current ? replicasOf(current) : 0;
  if (deployment.spec?.strategy?.type === 'Recreate' || size >= wanted) return wanted;
  const total = sumOf(old, replicasOf) + size;
  const room = wanted + fencepostsOf(deployment).maxSurge - total;
  return room <= 0 ? size : size + Math.min(room, wanted - size);
}

/**
 * Sizes of the old ReplicaSets of a rolling update: Pods that are not available go first, since that costs nothing; then
 * as many of the others as availability allows.
 */
export function oldSizes(deployment: Deployment, { current, old }: Revisions): Sizes {
  const newSize = current ? replicasOf(current) : 0;
  const newAvailable = current?.status?.availableReplicas ?? 0;
  const minAvailable = replicasOf(deployment) - fencepostsOf(deployment).maxUnavailable;
  const total = sumOf(old, replicasOf) + newSize;
  const removable = total - minAvailable - (newSize - newAvailable);
  const result: Sizes = new Map(old.map((set) => [nameOf(set), replicasOf(set)]));
  if (removable <= 0) return result;

  let unhealthyLeft = removable;
  for (const set of old) {
    const unhealthy = Math.max(0, replicasOf(set) - (set.status?.availableReplicas ?? 0));
    const taken = Math.min(unhealthy, unhealthyLeft);
    result.set(nameOf(set), replicasOf(set) - taken);
    unhealthyLeft -= taken;
  }
  let spare = sumOf(old, ({ status }) => status?.availableReplicas) + newAvailable - minAvailable;
  for (const set of old) {
    const size = result.get(nameOf(set)) ?? 0;
    const taken = Math.max(0, Math.min(size, spare));
    result.set(nameOf(set), size - taken);
    spare -= taken;
  }
  return result;
}

export function nameOf({ metadata }: ReplicaSet): string {
  return metadata.name ?? '';
}

function sizes(...entries: readonly (readonly [ReplicaSet, number])[]): Sizes {
  return new Map(entries.map(([set, size]) => [nameOf(set), size]));
}

function active(sets: readonly ReplicaSet[]): ReplicaSet[] {
  return sets.filter((set) => replicasOf(set) > 0);
}

/** All Pods that the Deployment wants are there and available. */
function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const wanted = replicasOf(deployment);
  const desired = Number(set.metadata.annotations?.[desiredReplicasAnnotation]);
  return desired === wanted && replicasOf(set) === wanted && (set.status?.availableReplicas ?? 0) === wanted;
}
