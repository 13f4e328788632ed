import type { Pod, PodStatus } from '../../api/object.ts';
import { qosClass } from './quality-of-service.ts';

/** The status of a Pod that has just been created, whatever its creator says. */
export function initialStatus({ spec }: Pod): PodStatus {
  const status: PodStatus = { phase: 'Pending', qosClass: qosClass(spec ?? { containers: [] }) };
  if (spec?.schedulingGates?.length) {
    const message = 'Scheduling is blocked due to non-empty scheduling gates';
    status.conditions = [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message }];
  }
  return status;
}

/**
 * Seconds between the deletion of a Pod and its removal: time for its containers to end. None are needed where none
 * can be running.
 */
export function podGracePeriodSeconds({ spec, status }: Pod, requested: number | undefined): number {
  if (!spec?.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
  const seconds = requested ?? spec.terminationGracePeriodSeconds ?? 0;
  // Negative values are stored as they were given, and mean the shortest grace there is.
  return seconds < 0 ? 1 : seconds;
}
