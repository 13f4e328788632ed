import type { Job, Pod } from '../../../shared/api/object.ts';
import { isActive, isTerminal } from '../pods/pod-state.ts';
import { finishedAt } from './backoff.ts';
import { judgeFailure } from './failure-policy.ts';
import { IndexSet } from './index-set.ts';
import { failuresOf } from './new-pod.ts';
import { hasFailed, indexOf, isIndexed, isTracked, type JobSpec } from './tracking.ts';

/** Where a Job is: what its status has counted already and what its Pods add to that. */
export interface Survey {
  job: Job;
  spec: JobSpec;
  nowMs: number;
  pods: readonly Pod[];
  active: Pod[];
  /** Being deleted and not at their end. */
  terminating: Pod[];
  succeeded: number;
  failed: number;
  succeededIndexes: IndexSet;
  /** Where each index has its own limit of failures. */
  failedIndexes?: IndexSet;
  /** By index, the failed Pod that must stay until another one carries on its count of failures. */
  held: ReadonlyMap<number, Pod>;
}

export function survey(job: Job, pods: readonly Pod[], nowMs: number): Survey {
  const spec = job.spec ?? { template: {} };
  const { succeeded = 0, failed = 0, uncountedTerminatedPods } = job.status ?? {};
  // UIDs on this list are those of another controller's unfinished work: counted with what is new.
  const [uncountedSuccesses, uncountedFailures] = [
    new Set(uncountedTerminatedPods?.succeeded),
    new Set(uncountedTerminatedPods?.failed),
  ];
  const tracked = pods.filter((pod) => isTracked(pod) && (!isIndexed(spec) || indexOf(pod, spec) !== undefined));
  const isNew = ({ metadata }: Pod, known: Set<string>) => !known.has(metadata.uid ?? '');
  const successes = tracked.filter((pod) => pod.status?.phase === 'Succeeded' && isNew(pod, uncountedSuccesses));
  const failures = tracked.filter((pod) => hasFailed(pod, spec) && isNew(pod, uncountedFailures));
  const counted = failures.filter((pod) => judgeFailure(spec, pod).action !== 'Ignore');
  const active = pods.filter(isActive);
  const indexes = surveyIndexes({ job, spec, tracked, active });
  return {
    job,
    spec,
    nowMs,
    pods,
    active,
    terminating: pods.filter((pod) => pod.metadata.deletionTimestamp && !isTerminal(pod)),
    succeeded: isIndexed(spec) ? indexes.succeededIndexes.size : succeeded + successes.length + uncountedSuccesses.size,
    failed: failed + counted.length + uncountedFailures.size,
    ...indexes,
  };
}

function surveyIndexes(about: { job: Job; spec: JobSpec; tracked: Pod[]; active: Pod[] }) {
  const { job, spec, tracked, active } = about;
  if (!isIndexed(spec)) return { succeededIndexes: IndexSet.empty, held: new Map<number, Pod>() };
  const { completedIndexes, failedIndexes } = job.status ?? {};
  const indexesOf = (pods: readonly Pod[]) => IndexSet.of(pods.map((pod) => indexOf(pod, spec) ?? 0));
  const { completions = 0 } = spec;
  const succeeded = IndexSet.parse(completedIndexes, completions).union(
    indexesOf(tracked.filter(({ status }) => status?.phase === 'Succeeded')),
  );
  if (spec.backoffLimitPerIndex === undefined) return { succeededIndexes: succeeded, held: new Map<number, Pod>() };
  const failed = IndexSet.parse(failedIndexes, completions).union(
    indexesOf(tracked.filter((pod) => failsIndex(pod, spec))),
  );
  const running = IndexSet.of(active.flatMap((pod) => indexOf(pod, spec) ?? []));
  const settled = succeeded.union(failed).union(running);
  const open = tracked.filter((pod) => hasFailed(pod, spec) && !settled.has(indexOf(pod, spec) ?? 0));
  return { succeededIndexes: succeeded, failedIndexes: failed, held: lastOfEachIndex(open, spec) };
}

/** The failure of this Pod is one too many for its index, or one that must not be tried again. */
function failsIndex(pod: Pod, spec: JobSpec): boolean {
  if (!hasFailed(pod, spec)) return false;
  const { action } = judgeFailure(spec, pod);
  if (action === 'FailIndex') return true;
  return action !== 'Ignore' && failuresOf(pod).counted >= (spec.backoffLimitPerIndex ?? 0);
}

function lastOfEachIndex(pods: readonly Pod[], spec: JobSpec): Map<number, Pod> {
  const last = new Map<number, Pod>();
  const failures = (pod: Pod) => failuresOf(pod).counted + failuresOf(pod).ignored;
  for (const pod of pods) {
    const index = indexOf(pod, spec) ?? 0;
    const known = last.get(index);
    const isLater = !known || (failures(known) <= failures(pod) && finishedAt(pod) >= finishedAt(known));
    if (isLater) last.set(index, pod);
  }
  return last;
}
