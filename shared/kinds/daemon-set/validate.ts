import type { FieldError } from '../../api/errors.ts';
import { invalidValue, notSupported, required } from '../../api/field-errors.ts';
import type { DaemonSet } from '../../api/object.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';
import { validateLabelSelector } from '../pod-spec/validate-label-selector.ts';
import { validatePodTemplate } from '../pod-spec/validate-template.ts';
import { type IntOrPercent, isNone, validateAtMostAll, validateIntOrPercent } from '../workloads/int-or-percent.ts';
import { internalStrategy } from '../workloads/internal-form.ts';
import { isEmptySelector, isUsableSelector, selectorValue, validateSelectorUnchanged } from '../workloads/selector.ts';
import { validateCollisions, validateCounts } from '../workloads/validate-counts.ts';
import { validateLongRunning, validateSelected } from '../workloads/validate-template.ts';

export function validateDaemonSet({ spec }: DaemonSet): FieldError[] {
  const { selector, template = {}, updateStrategy = {} } = spec ?? {};
  const errors = validateLabelSelector(selector, 'spec.selector');
  // An empty selector finds everything, a missing one nothing: of that the second message speaks.
  if (isUsableSelector(selector)) errors.push(...validateSelected(selector, template, 'spec.template'));
  if (selector && isEmptySelector(selector)) {
    errors.push(invalidValue('spec.selector', selectorValue(selector), 'empty selector is invalid for daemonset'));
  }
  return [
    ...errors,
    ...validatePodTemplate(template, 'spec.template'),
    ...validateLongRunning(template, 'spec.template', 'DaemonSet'),
    ...validateNonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
    ...validateUpdateStrategy(updateStrategy, 'spec.updateStrategy'),
    ...validateNonNegative(spec?.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  ];
}

export function validateDaemonSetUpdate(daemonSet: DaemonSet, old: DaemonSet): FieldError[] {
  return validateSelectorUnchanged(daemonSet.spec?.selector, old.spec?.selector, 'spec.selector');
}

export function validateDaemonSetStatus({ status }: DaemonSet, old: DaemonSet): FieldError[] {
  const counts = [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ] as const;
  return [...validateCounts(status, counts), ...validateCollisions(status, old.status)];
}

type UpdateStrategy = Partial<NonNullable<NonNullable<DaemonSet['spec']>['updateStrategy']>>;

function validateUpdateStrategy({ type, rollingUpdate }: UpdateStrategy, path: string): FieldError[] {
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate') {
    return [notSupported(path, internalStrategy(type, rollingUpdate), ['RollingUpdate', 'OnDelete'])];
  }
  if (!rollingUpdate) return [required(`${path}.rollingUpdate`)];
  return validateRollingUpdate(rollingUpdate, `${path}.rollingUpdate`);
}

/** Pods are replaced either one after the other or one beside the other. */
function validateRollingUpdate(
  { maxUnavailable, maxSurge }: { maxUnavailable?: IntOrPercent; maxSurge?: IntOrPercent },
  path: string,
): FieldError[] {
  const errors = [
    ...validateIntOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...validateIntOrPercent(maxSurge, `${path}.maxSurge`),
    ...validateAtMostAll(maxUnavailable, `${path}.maxUnavailable`),
    ...validateAtMostAll(maxSurge, `${path}.maxSurge`),
  ];
  if (!isNone(maxUnavailable) && !isNone(maxSurge)) {
    errors.push(invalidValue(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  }
  if (isNone(maxUnavailable) && isNone(maxSurge)) {
    errors.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  }
  return errors;
}
