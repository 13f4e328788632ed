import type { Job } from '../../../shared/api/object.ts';
import { timestamp } from '../runtime/write.ts';
import type { JobStatus } from './tracking.ts';

export type JobCondition = NonNullable<JobStatus['conditions']>[number];
type Said = Pick<JobCondition, 'type' | 'status' | 'reason' | 'message'>;

export function findCondition({ status }: Job, type: string): JobCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** True with this condition, whatever the reason. */
export function isTrue(job: Job, type: string): boolean {
  return findCondition(job, type)?.status === 'True';
}

/** The conditions with this one in the place of the one of its type; the same array where it says nothing new. */
export function withCondition(conditions: JobCondition[], said: Said, nowMs: number): JobCondition[] {
  const known = conditions.find(({ type }) => type === said.type);
  if (known && known.status === said.status && known.reason === said.reason && known.message === said.message) {
    return conditions;
  }
  // That something is not so is only worth saying where it was.
  if (!known && said.status === 'False') return conditions;
  const now = timestamp(nowMs);
  const condition: JobCondition = { ...said, lastProbeTime: now, lastTransitionTime: now };
  return known ? conditions.map((one) => (one === known ? condition : one)) : [...conditions, condition];
}
