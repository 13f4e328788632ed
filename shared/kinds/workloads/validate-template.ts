import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, notSupported } from '../../api/field-errors.ts';
import { type LabelSelectorObject, labelSelectorFromObject } from '../../api/selectors.ts';
import type { PodTemplate } from '../pod-spec/defaults.ts';
import { validatePodTemplate } from '../pod-spec/validate-template.ts';
import { isEmptySelector, isUsableSelector, selectorValue, sortedByKey } from './selector.ts';

/**
 * The template of a controller whose Pods run until they are no longer wanted. `owner` is the kind that a message
 * names, which is ReplicaSet for Deployments too.
 */
export function validateLongRunningTemplate(
  { selector, template }: { selector?: LabelSelectorObject; template: PodTemplate },
  path: string,
  owner: string,
): FieldError[] {
  if (!isUsableSelector(selector)) {
    return [invalidValue(`${path}.selector`, selectorValue(selector), 'invalid label selector')];
  }
  return [
    ...validateSelected(selector, template, `${path}.template`),
    ...validatePodTemplate(template, `${path}.template`),
    ...validateLongRunning(template, `${path}.template`, owner),
  ];
}

/** What the template makes must be what the selector finds. An absent selector finds nothing. */
export function validateSelected(
  selector: LabelSelectorObject | undefined,
  template: PodTemplate,
  path: string,
): FieldError[] {
  const labels = template.metadata?.labels;
  if (selector && (isEmptySelector(selector) || labelSelectorFromObject(selector).matches(labels))) return [];
  return [selectorMismatch(labels, path)];
}

export function selectorMismatch(labels: Record<string, string> | undefined, path: string): FieldError {
  const value = labels ? sortedByKey(labels) : null;
  return invalidValue(`${path}.metadata.labels`, value, '`selector` does not match template `labels`');
}

/** Such Pods are always restarted and never end by themselves. */
export function validateLongRunning({ spec }: PodTemplate, path: string, owner: string): FieldError[] {
  const errors: FieldError[] = [];
  const restartPolicy = spec?.restartPolicy ?? '';
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(`${path}.spec.restartPolicy`, restartPolicy, ['Always']));
  }
  if (typeof spec?.activeDeadlineSeconds === 'number') {
    const detail = `activeDeadlineSeconds in ${owner} is not Supported`;
    errors.push(forbidden(`${path}.spec.activeDeadlineSeconds`, detail));
  }
  return errors;
}
