import type { Job, Pod } from '../../../shared/api/object.ts';

/** On a Pod of a Job until the Job has counted it: it must not vanish before. */
export const trackingFinalizer = 'batch.kubernetes.io/job-tracking';
const indexAnnotation = 'batch.kubernetes.io/job-completion-index';

/** Jobs that name another controller are left to it. */
const controllerName = 'kubernetes.io/job-controller';

export type JobSpec = NonNullable<Job['spec']>;
export type JobStatus = NonNullable<Job['status']>;

export function isManagedElsewhere({ spec }: Job): boolean {
  return spec?.managedBy !== undefined && spec.managedBy !== controllerName;
}

export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(trackingFinalizer) === true;
}

export function withoutTracking({ metadata }: Pod): string[] {
  return (metadata.finalizers ?? []).filter((name) => name !== trackingFinalizer);
}

export function isIndexed({ completionMode }: JobSpec): boolean {
  return completionMode === 'Indexed';
}

/** The index that the Pod works on; undefined without a usable one. */
export function indexOf({ metadata }: Pod, { completions = 0 }: JobSpec): number | undefined {
  const text = metadata.annotations?.[indexAnnotation] ?? '';
  const index = /^\d+$/.test(text) ? Number(text) : undefined;
  return index !== undefined && index < completions ? index : undefined;
}

/** A Pod that is still ending is only replaced, and counted, once it has ended. */
export function waitsForEnd({ podReplacementPolicy, podFailurePolicy }: JobSpec): boolean {
  return podReplacementPolicy === 'Failed' || podFailurePolicy !== undefined;
}

/** A Pod that is being deleted may never get to say that it failed. */
export function hasFailed({ metadata, status }: Pod, spec: JobSpec): boolean {
  if (status?.phase === 'Failed') return true;
  return !waitsForEnd(spec) && metadata.deletionTimestamp !== undefined && status?.phase !== 'Succeeded';
}
