import type { Job } from '../../api/object.ts';
import { nameWarnings, templateWarnings } from '../workloads/warnings.ts';
import type { JobSpec } from './validate-spec.ts';

export function jobWarnings({ metadata, spec }: Job, old?: Job): string[] {
  if (!old) return [...nameWarnings(metadata.name ?? ''), ...jobSpecWarnings(spec, 'spec')];
  return old.metadata.generation === metadata.generation ? [] : jobSpecWarnings(spec, 'spec');
}

export function jobSpecWarnings(spec: JobSpec | undefined, path: string): string[] {
  const { completionMode, completions = 0, parallelism = 0 } = spec ?? {};
  const found = templateWarnings(spec?.template, `${path}.template`);
  if (completionMode !== 'Indexed' || completions <= 100_000 || parallelism <= 10_000) return found;
  const text =
    'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, ' +
    'Kubernetes might not be able to track completedIndexes when a big number of indexes fail';
  return [`${path}: ${text}`, ...found];
}
