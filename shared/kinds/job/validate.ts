import type { FieldError } from '../../api/errors.ts';
import { invalidValue, required } from '../../api/field-errors.ts';
import type { Job } from '../../api/object.ts';
import { checkDNS1123Label } from '../../api/validation.ts';
import { validateLabelSelector } from '../pod-spec/validate-label-selector.ts';
import { isUsableSelector } from '../workloads/selector.ts';
import { validateSelected } from '../workloads/validate-template.ts';
import { validateGeneratedSelector } from './selector.ts';
import { validateJobSpec } from './validate-spec.ts';

export function validateJob(job: Job): FieldError[] {
  const { spec } = job;
  if (!spec) return [required('spec')];
  return [
    ...validateGeneratedSelector(job),
    ...validateJobSpec(spec, 'spec'),
    ...(spec.selector ? validateLabelSelector(spec.selector, 'spec.selector') : [required('spec.selector')]),
    ...(isUsableSelector(spec.selector) ? validateSelected(spec.selector, spec.template ?? {}, 'spec.template') : []),
    ...validateHostNames(job),
  ];
}

/** The Pods of an indexed Job are called after it and their index. */
function validateHostNames({ metadata, spec }: Job): FieldError[] {
  const { completionMode, completions = 0 } = spec ?? {};
  if (completionMode !== 'Indexed' || completions <= 0) return [];
  const longest = `${metadata.name ?? ''}-${completions - 1}`;
  if (checkDNS1123Label(longest).length === 0) return [];
  const detail = `will not able to create pod with invalid DNS label: ${longest}`;
  return [invalidValue('metadata.name', metadata.name ?? '', detail)];
}
