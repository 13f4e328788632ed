import type { Pod } from '../../../shared/api/object.ts';
import { findCondition } from './conditions.ts';
import { judgeFailure } from './failure-policy.ts';
import { metSuccessPolicy } from './success-policy.ts';
import type { Survey } from './survey.ts';
import { hasFailed, isIndexed, type JobSpec } from './tracking.ts';

/** How a Job ends. It is announced by an interim condition, and has ended when the last of its Pods has. */
export interface Outcome {
  result: 'Complete' | 'Failed';
  reason: string;
  message: string;
}

/** The conditions that announce an end. */
export const announcement = { Complete: 'SuccessCriteriaMet', Failed: 'FailureTarget' } as const;

/** What has been announced comes first: it is never taken back. Then failures, then the success policy. */
export function decideOutcome(survey: Survey): Outcome | undefined {
  return announced(survey) ?? failure(survey) ?? successByPolicy(survey);
}

export const completionsReached: Outcome = {
  result: 'Complete',
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
};

function announced({ job }: Survey): Outcome | undefined {
  for (const result of ['Complete', 'Failed'] as const) {
    const condition = findCondition(job, announcement[result]);
    if (condition?.status !== 'True') continue;
    return { result, reason: condition.reason ?? '', message: condition.message ?? '' };
  }
  return undefined;
}

function failure(survey: Survey): Outcome | undefined {
  const { spec, pods, failed } = survey;
  const fail = (reason: string, message: string): Outcome => ({ result: 'Failed', reason, message });
  for (const pod of spec.podFailurePolicy ? pods.filter((candidate) => hasFailed(candidate, spec)) : []) {
    const { message } = judgeFailure(spec, pod);
    if (message !== undefined) return fail('PodFailurePolicy', message);
  }
  if (failed > (spec.backoffLimit ?? 6) || hasRestartedTooOften(spec, pods)) {
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  if (deadlineInMs(survey) === 0) {
    return fail('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  return failureOfIndexes(survey, fail);
}

function failureOfIndexes(
  { spec, failedIndexes, succeededIndexes }: Survey,
  fail: (reason: string, message: string) => Outcome,
): Outcome | undefined {
  const failed = failedIndexes?.size ?? 0;
  if (spec.maxFailedIndexes !== undefined && failed > spec.maxFailedIndexes) {
    return fail('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  }
  if (failed === 0 || failed + succeededIndexes.size < (spec.completions ?? 0)) return undefined;
  return fail('FailedIndexes', 'Job has failed indexes');
}

function successByPolicy({ spec, succeededIndexes }: Survey): Outcome | undefined {
  const message = isIndexed(spec) ? metSuccessPolicy(spec, succeededIndexes) : undefined;
  return message === undefined ? undefined : { result: 'Complete', reason: 'SuccessPolicy', message };
}

/** Milliseconds until the Job has run for too long; undefined where that cannot happen now. */
export function deadlineInMs({ job, spec, nowMs }: Survey): number | undefined {
  const { activeDeadlineSeconds, suspend } = spec;
  const startTime = job.status?.startTime;
  if (activeDeadlineSeconds === undefined || suspend) return undefined;
  const startMs = startTime ? Date.parse(startTime) : nowMs;
  return Math.max(0, startMs + activeDeadlineSeconds * 1000 - nowMs);
}

/** Containers that are restarted in their Pod fail too, without a failed Pod to count. */
function hasRestartedTooOften({ template, backoffLimit = 6 }: JobSpec, pods: readonly Pod[]): boolean {
  if (template.spec?.restartPolicy !== 'OnFailure') return false;
  const running = pods.filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending');
  const restarts = running
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  return restarts > 0 && restarts >= backoffLimit;
}
