import type { FieldError } from '../../api/errors.ts';
import { invalidValue, required } from '../../api/field-errors.ts';
import type { Job } from '../../api/object.ts';
import { labelSelectorFromObject } from '../../api/selectors.ts';
import { isUsableSelector, selectorValue, sortedByKey } from '../workloads/selector.ts';

const controllerUid = 'batch.kubernetes.io/controller-uid';

/** What the Pods of a Job are labelled with; two of the labels are from before Kubernetes' own had a prefix. */
function generatedLabels({ metadata }: Job): Readonly<Record<string, string>> {
  const [name, uid] = [metadata.name ?? '', metadata.uid ?? ''];
  return {
    'controller-uid': uid,
    'job-name': name,
    [controllerUid]: uid,
    'batch.kubernetes.io/job-name': name,
  };
}

/** Unless the client wants to select by itself, a Job selects its Pods by its UID: no two Jobs share one. */
export function generateSelector(job: Job): void {
  const { spec, metadata } = job;
  if (!spec?.template || spec.manualSelector) return;
  const labels = { ...generatedLabels(job), ...spec.template.metadata?.labels };
  spec.template.metadata = { ...spec.template.metadata, labels };
  const matchLabels = { [controllerUid]: metadata.uid ?? '', ...spec.selector?.matchLabels };
  spec.selector = { ...spec.selector, matchLabels };
  if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

/** A client may have set labels or a selector that are in the way of the generated ones. */
export function validateGeneratedSelector(job: Job): FieldError[] {
  const { spec, metadata } = job;
  if (spec?.manualSelector || !spec?.selector) return [];
  const expected = generatedLabels(job);
  const errors = metadata.uid ? [] : [required('metadata.uid')];
  const labels = spec.template?.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(expected)) {
    const path = `spec.template.metadata.labels[${key}]`;
    if (labels[key] === undefined) errors.push(required(path, `must be '${value}'`));
    else if (labels[key] !== value) errors.push(invalidValue(path, sortedByKey(labels), `must be '${value}'`));
  }
  if (isUsableSelector(spec.selector) && !labelSelectorFromObject(spec.selector).matches(expected)) {
    errors.push(invalidValue('spec.selector', selectorValue(spec.selector), '`selector` not auto-generated'));
  }
  return errors;
}
