import type { FieldError } from '../../api/errors.ts';
import { invalidValue, notSupported } from '../../api/field-errors.ts';
import type { PodDisruptionBudget } from '../../api/object.ts';
import { validateConditions } from '../../api/validation.ts';
import { validateLabelSelector } from '../pod-spec/validate-label-selector.ts';
import { validateAtMostAll, validateIntOrPercent } from '../workloads/int-or-percent.ts';
import { selectorValue } from '../workloads/selector.ts';
import { validateCounts } from '../workloads/validate-counts.ts';

const evictionPolicies = ['AlwaysAllow', 'IfHealthyBudget'];

export function validateBudget({ spec = {} }: PodDisruptionBudget): FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec;
  const errors: FieldError[] = [];
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    errors.push(invalidValue('spec', internalForm(spec), 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const field of ['minAvailable', 'maxUnavailable'] as const) {
    errors.push(...validateIntOrPercent(spec[field], `spec.${field}`));
    errors.push(...validateAtMostAll(spec[field], `spec.${field}`));
  }
  errors.push(...validateLabelSelector(selector, 'spec.selector'));
  if (policy !== undefined && !evictionPolicies.includes(policy)) {
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, evictionPolicies));
  }
  return errors;
}

export function validateBudgetStatus({ status }: PodDisruptionBudget): FieldError[] {
  const counts = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const;
  return [...validateConditions(status?.conditions ?? [], 'status.conditions'), ...validateCounts(status, counts)];
}

/** Kubernetes prints its internal struct in the message about both. */
function internalForm(spec: NonNullable<PodDisruptionBudget['spec']>): object {
  return {
    MinAvailable: spec.minAvailable ?? null,
    Selector: selectorValue(spec.selector),
    MaxUnavailable: spec.maxUnavailable ?? null,
    UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
  };
}
