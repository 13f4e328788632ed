import type { Pod } from '../../../shared/api/object.ts';
import type { WriteOperation } from '../../client.ts';
import { keyOf, sameObject, timestamp } from '../runtime/write.ts';
import { withCondition } from './pod-state.ts';

export interface Disruption {
  reason: string;
  message: string;
  nowMs: number;
  /** The Pod will not come back to say so itself. */
  phase?: 'Failed';
  /** 0: there is nobody to end it gracefully. */
  gracePeriodSeconds?: number;
}

/** Says on the Pod why it goes, then deletes it. */
export function disrupt(pod: Pod, { reason, message, nowMs, phase, gracePeriodSeconds }: Disruption): WriteOperation[] {
  const preconditions = sameObject(pod);
  const key = keyOf('pods', pod);
  const observed = { lastTransitionTime: timestamp(nowMs), observedGeneration: pod.metadata.generation };
  const condition = { type: 'DisruptionTarget', status: 'True', reason, message, ...observed };
  const conditions = withCondition(pod, condition);
  const status = { ...(phase ? { phase } : {}), conditions };
  return [
    { verb: 'patch', key, subresource: 'status', patch: { status }, preconditions },
    { verb: 'delete', key, preconditions, ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }) },
  ];
}
