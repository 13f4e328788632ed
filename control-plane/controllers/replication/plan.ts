import type { OwnerReference, Pod, ReplicationController } from '../../../shared/api/object.ts';
import { controllerOf, hasLabels, isActive } from '../pods/pod-state.ts';
import { podsToDelete } from './pod-ranking.ts';

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
}

/** Decides from one consistent reading of the controller and its Pods. */
export function planReplication(
  controller: ReplicationController,
  pods: readonly Pod[],
  nowMs: number,
): ReplicationPlan {
  const selector = controller.spec?.selector ?? {};
  const deleting = Boolean(controller.metadata.deletionTimestamp);
  const active = pods.filter(isActive);
  const owned = active.filter((pod) => controllerOf(pod)?.uid === controller.metadata.uid);
  const mine = owned.filter((pod) => hasLabels(pod, selector));
  if (deleting) return { adopt: [], release: [], create: 0, remove: [], keep: mine };

  const adopt = active.filter((pod) => !controllerOf(pod) && hasLabels(pod, selector));
  const release = owned.filter((pod) => !mine.includes(pod));
  const claimed = [...mine, ...adopt];
  const missing = (controller.spec?.replicas ?? 1) - claimed.length;
  const create = Math.max(0, Math.min(missing, burstReplicas));
  const remove = podsToDelete(claimed, Math.max(0, Math.min(-missing, burstReplicas)), nowMs);
  const removed = new Set(remove);
  return { adopt, release, create, remove, keep: claimed.filter((pod) => !removed.has(pod)) };
}

export function referenceTo(controller: ReplicationController): OwnerReference {
  return {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    name: controller.metadata.name ?? '',
    uid: controller.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** A new Pod of the template. */
export function podFromTemplate(controller: ReplicationController): Pod {
  const { metadata, spec } = controller.spec?.template ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${controller.metadata.name}-`,
      namespace: controller.metadata.namespace,
      ...(metadata?.labels ? { labels: { ...metadata.labels } } : {}),
      ...(metadata?.annotations ? { annotations: { ...metadata.annotations } } : {}),
      ...(metadata?.finalizers ? { finalizers: [...metadata.finalizers] } : {}),
      ownerReferences: [referenceTo(controller)],
    },
    spec: spec as Pod['spec'],
  };
}
