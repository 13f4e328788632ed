import type { Job } from '../../api/object.ts';

export type JobConditionType = 'Complete' | 'Failed' | 'FailureTarget' | 'SuccessCriteriaMet' | 'Suspended';

export function hasCondition({ status }: Job, type: JobConditionType, wanted = 'True'): boolean {
  return (status?.conditions ?? []).some((condition) => condition.type === type && condition.status === wanted);
}

/** Nothing more will happen to it. */
export function isFinished(job: Job): boolean {
  return hasCondition(job, 'Complete') || hasCondition(job, 'Failed');
}
