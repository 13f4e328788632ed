import type { Pod } from '../../shared/api/object.ts';
import type { WriteOperation } from '../client.ts';
import { disrupt } from '../controllers/pods/disruption.ts';
import { conditionOf, withCondition } from '../controllers/pods/pod-state.ts';
import { keyOf, sameObject, sameState, timestamp } from '../controllers/runtime/write.ts';
import { preemptionReason } from './pod-info.ts';

/** What the scheduler writes. */
export function bindOperation(pod: Pod, node: string): WriteOperation {
  return { verb: 'bind', key: keyOf('pods', pod), node, preconditions: sameObject(pod) };
}

/** Says on a Pod why it has no node, and which one it is to have; nothing when the Pod says so already. */
export function refuseOperation(
  pod: Pod,
  { message, nominated, nowMs }: { message: string; nominated: string | undefined; nowMs: number },
): WriteOperation[] {
  const old = conditionOf(pod, 'PodScheduled');
  const isSaid = old?.status === 'False' && old.reason === 'Unschedulable' && old.message === message;
  const isNominated = (pod.status?.nominatedNodeName || undefined) === nominated;
  if (isSaid && isNominated) return [];
  const observed = { lastTransitionTime: timestamp(nowMs), observedGeneration: pod.metadata.generation };
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, ...observed };
  const status = {
    conditions: withCondition(pod, condition),
    ...(isNominated ? {} : { nominatedNodeName: nominated ?? null }),
  };
  return [statusPatch(pod, status)];
}

/** The node that was to be free for the Pod will not be. */
export function withdrawOperation(pod: Pod): WriteOperation[] {
  return pod.status?.nominatedNodeName ? [statusPatch(pod, { nominatedNodeName: null })] : [];
}

function statusPatch(pod: Pod, status: object): WriteOperation {
  const key = keyOf('pods', pod);
  return { verb: 'patch', key, subresource: 'status', patch: { status }, preconditions: sameState(pod) };
}

/** Makes the victim go, and says why. */
export function preemptOperations(
  victim: Pod,
  { schedulerName, nowMs }: { schedulerName: string; nowMs: number },
): WriteOperation[] {
  const message = `${schedulerName}: preempting to accommodate a higher priority pod`;
  return disrupt(victim, { reason: preemptionReason, message, nowMs });
}
