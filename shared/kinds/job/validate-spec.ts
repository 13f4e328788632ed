import type { V1JobSpec } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue, notSupported, required, tooLong } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';
import { validatePodTemplate } from '../pod-spec/validate-template.ts';
import { validateDomainPrefixedPath } from '../workloads/domain-prefixed-path.ts';
import { validatePodFailurePolicy } from './validate-failure-policy.ts';
import { validateSuccessPolicy } from './validate-success-policy.ts';

export type JobSpec = Wire<V1JobSpec>;

const numbers = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const satisfies (keyof JobSpec)[];

const completionModes = ['NonIndexed', 'Indexed'];
const podReplacementPolicies = ['Failed', 'TerminatingOrFailed'];
const maxManagedByLength = 63;

/** From so many on, the lists of indexes in a status could grow too long. */
const manyIndexes = 100_000;
const limitForManyIndexes = 10_000;

/** The spec of a Job or of a CronJob's template, without its selector. */
export function validateJobSpec(spec: JobSpec, path: string): FieldError[] {
  const errors = numbers.flatMap((field) => validateNonNegative(spec[field], `${path}.${field}`));
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  return [
    ...errors,
    ...validateManagedBy(spec.managedBy, `${path}.managedBy`),
    ...validateCompletionMode(spec, path),
    ...(spec.podFailurePolicy ? validatePodFailurePolicy(spec, `${path}.podFailurePolicy`) : []),
    ...(spec.successPolicy ? validateSuccessPolicy(spec, `${path}.successPolicy`) : []),
    ...validatePodReplacement(spec, `${path}.podReplacementPolicy`),
    ...validatePodTemplate(spec.template ?? {}, `${path}.template`),
    ...validateRestartPolicy(spec, `${path}.template.spec.restartPolicy`),
  ];
}

function validateManagedBy(managedBy: string | undefined, path: string): FieldError[] {
  if (managedBy === undefined) return [];
  const errors = validateDomainPrefixedPath(managedBy, path);
  return managedBy.length > maxManagedByLength ? [...errors, tooLong(path, maxManagedByLength)] : errors;
}

function validateCompletionMode(spec: JobSpec, path: string): FieldError[] {
  const { completionMode = 'NonIndexed' } = spec;
  switch (completionMode) {
    case 'Indexed':
      return validateIndexed(spec, path);
    case 'NonIndexed':
      return (['backoffLimitPerIndex', 'maxFailedIndexes'] as const)
        .filter((field) => spec[field] !== undefined)
        .map((field) => invalidValue(`${path}.${field}`, spec[field], 'requires indexed completion mode'));
    default:
      return [notSupported(`${path}.completionMode`, completionMode, completionModes)];
  }
}

function validateIndexed(spec: JobSpec, path: string): FieldError[] {
  const { completions, parallelism = 0, maxFailedIndexes = 0 } = spec;
  const errors: FieldError[] = [];
  if (completions === undefined) errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  if (parallelism > manyIndexes) {
    const detail = `must be less than or equal to ${manyIndexes} when completion mode is Indexed`;
    errors.push(invalidValue(`${path}.parallelism`, parallelism, detail));
  }
  if (completions !== undefined && maxFailedIndexes > completions) {
    const detail = 'must be less than or equal to completions';
    errors.push(invalidValue(`${path}.maxFailedIndexes`, maxFailedIndexes, detail));
  }
  if (maxFailedIndexes > manyIndexes) {
    const detail = `must be less than or equal to ${manyIndexes}`;
    errors.push(invalidValue(`${path}.maxFailedIndexes`, maxFailedIndexes, detail));
  }
  return [...errors, ...validateManyIndexes(spec, path)];
}

function validateManyIndexes(spec: JobSpec, path: string): FieldError[] {
  if ((spec.completions ?? 0) <= manyIndexes || spec.backoffLimitPerIndex === undefined) return [];
  const errors: FieldError[] = [];
  if (spec.maxFailedIndexes === undefined) {
    const detail = `must be specified when completions is above ${manyIndexes}`;
    errors.push(required(`${path}.maxFailedIndexes`, detail));
  }
  const detail =
    `must be less than or equal to ${limitForManyIndexes} when completions are above ${manyIndexes} ` +
    'and used with backoff limit per index';
  for (const field of ['parallelism', 'maxFailedIndexes'] as const) {
    if ((spec[field] ?? 0) > limitForManyIndexes) errors.push(invalidValue(`${path}.${field}`, spec[field], detail));
  }
  return errors;
}

/** A Pod that is still ending may yet fail in a way that the failure policy looks for. */
function validatePodReplacement({ podReplacementPolicy, podFailurePolicy }: JobSpec, path: string): FieldError[] {
  const supported = podFailurePolicy ? ['Failed'] : podReplacementPolicies;
  if (podReplacementPolicy === undefined || supported.includes(podReplacementPolicy)) return [];
  return [notSupported(path, podReplacementPolicy, supported)];
}

/** Pods of a Job end. `Always` is also what an unset policy has become. */
function validateRestartPolicy({ template, podFailurePolicy }: JobSpec, path: string): FieldError[] {
  const policy = template?.spec?.restartPolicy ?? '';
  if (policy === '' || policy === 'Always') return [required(path, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [notSupported(path, policy, ['OnFailure', 'Never'])];
  if (podFailurePolicy && policy !== 'Never') {
    return [invalidValue(path, policy, 'only "Never" is supported when podFailurePolicy is specified')];
  }
  return [];
}
