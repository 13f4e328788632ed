import type { Job } from '../../api/object.ts';
import { defaultPodTemplate } from '../pod-spec/defaults.ts';
import { maxInt32 } from '../pod-spec/numbers.ts';

/** Defaults of Jobs; the template of a CronJob leaves them to the Jobs made from it. */
export function defaultJob({ metadata, spec }: Job): void {
  if (!spec) return;
  // Without both numbers one Pod runs once; with a parallelism alone its Pods decide together when the work is done.
  if (spec.parallelism === undefined) spec.completions ??= 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : maxInt32;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  spec.manualSelector ??= false;
  if (!spec.template) return;
  defaultPodTemplate(spec.template);
  const { labels } = spec.template.metadata ?? {};
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}
