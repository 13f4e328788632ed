import type { Pod } from '../../../shared/api/object.ts';
import type { LabelSelector } from '../../../shared/api/selectors.ts';
import { controllerOf, isActive, isTerminal } from '../pods/pod-state.ts';
import { podsToDelete } from './pod-ranking.ts';
import type { ReplicaOwner } from './replica-owner.ts';

/** Pods that one reconcile creates or deletes at most; the change feed brings the controller back for the rest. */
export const burstReplicas = 500;

export interface ReplicationPlan {
  /** Match the selector and belong to nobody. */
  adopt: Pod[];
  /** Belong to the controller and no longer match. */
  release: Pod[];
  create: number;
  remove: Pod[];
  /** Active Pods of the controller after this plan, without those that it creates. */
  keep: Pod[];
  /** Pods of the controller that are being deleted. */
  terminating: number;
}

/** Decides from one consistent reading of the owner and its Pods. */
export function planReplication(
  controller: ReplicaOwner,
  { selector, pods, nowMs }: { selector: LabelSelector; pods: readonly Pod[]; nowMs: number },
): ReplicationPlan {
  const deleting = Boolean(controller.metadata.deletionTimestamp);
  const active = pods.filter(isActive);
  const isOwned = (pod: Pod) => controllerOf(pod)?.uid === controller.metadata.uid;
  const owned = active.filter(isOwned);
  const terminating = pods.filter((pod) => isOwned(pod) && pod.metadata.deletionTimestamp && !isTerminal(pod)).length;
  const mine = owned.filter((pod) => selector.matches(pod.metadata.labels));
  if (deleting) return { adopt: [], release: [], create: 0, remove: [], keep: mine, terminating };

  const adopt = active.filter((pod) => !controllerOf(pod) && selector.matches(pod.metadata.labels));
  const release = owned.filter((pod) => !mine.includes(pod));
  const claimed = [...mine, ...adopt];
  const missing = (controller.spec?.replicas ?? 1) - claimed.length;
  const create = Math.max(0, Math.min(missing, burstReplicas));
  const remove = podsToDelete(claimed, Math.max(0, Math.min(-missing, burstReplicas)), nowMs);
  const removed = new Set(remove);
  return { adopt, release, create, remove, keep: claimed.filter((pod) => !removed.has(pod)), terminating };
}
