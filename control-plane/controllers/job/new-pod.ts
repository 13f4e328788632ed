import type { Container, Job, Pod } from '../../../shared/api/object.ts';
import { podFromTemplate, type TemplateOwner } from '../replication/replica-owner.ts';
import { judgeFailure } from './failure-policy.ts';
import { type JobSpec, trackingFinalizer } from './tracking.ts';

const indexKey = 'batch.kubernetes.io/job-completion-index';
const failureCount = 'batch.kubernetes.io/job-index-failure-count';
const ignoredFailureCount = 'batch.kubernetes.io/job-index-ignored-failure-count';
const indexVariable = 'JOB_COMPLETION_INDEX';
/** What a generated name leaves for its prefix. */
const maxPrefixLength = 58;

export const jobKind = { apiVersion: 'batch/v1', kind: 'Job' };

/** A Pod of the template, tracked from its first moment. */
export function newPod(job: Job): Pod {
  const pod = podFromTemplate(jobKind, job as unknown as TemplateOwner);
  const finalizers = pod.metadata.finalizers ?? [];
  if (!finalizers.includes(trackingFinalizer)) pod.metadata.finalizers = [...finalizers, trackingFinalizer];
  return pod;
}

/** One that works on an index. `replaced` is the failed one before it, where each index has its own limit of failures. */
export function newIndexedPod(job: Job, index: number, replaced: Pod | undefined): Pod {
  const pod = newPod(job);
  const { metadata, spec } = pod;
  const suffix = `-${index}-`;
  metadata.generateName = `${(job.metadata.name ?? '').slice(0, maxPrefixLength - suffix.length)}${suffix}`;
  metadata.labels = { ...metadata.labels, [indexKey]: String(index) };
  metadata.annotations = {
    ...metadata.annotations,
    [indexKey]: String(index),
    ...(job.spec?.backoffLimitPerIndex === undefined ? {} : failureAnnotations(job.spec, replaced)),
  };
  if (!spec) return pod;
  const withVariable = (containers: readonly Container[]) => containers.map(addIndexVariable);
  pod.spec = {
    ...spec,
    hostname: `${job.metadata.name}-${index}`,
    containers: withVariable(spec.containers),
    ...(spec.initContainers ? { initContainers: withVariable(spec.initContainers) } : {}),
  };
  return pod;
}

function addIndexVariable(container: Container): Container {
  const env = container.env ?? [];
  if (env.some(({ name }) => name === indexVariable)) return container;
  const valueFrom = { fieldRef: { fieldPath: `metadata.labels['${indexKey}']` } };
  return { ...container, env: [...env, { name: indexVariable, valueFrom }] };
}

function failureAnnotations(spec: JobSpec, replaced: Pod | undefined): Record<string, string> {
  const ignored = replaced !== undefined && judgeFailure(spec, replaced).action === 'Ignore';
  const failures = replaced ? failuresOf(replaced) : { counted: 0, ignored: 0 };
  const counted = failures.counted + (replaced && !ignored ? 1 : 0);
  const ignoredBefore = failures.ignored + (ignored ? 1 : 0);
  return {
    [failureCount]: String(counted),
    ...(ignoredBefore > 0 ? { [ignoredFailureCount]: String(ignoredBefore) } : {}),
  };
}

/** The failures of its index before this Pod, as its annotations say; nonsense is zero. */
export function failuresOf({ metadata }: Pod): { counted: number; ignored: number } {
  const read = (name: string) => {
    const value = Number(metadata.annotations?.[name] ?? 0);
    return Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : 0;
  };
  return { counted: read(failureCount), ignored: read(ignoredFailureCount) };
}
