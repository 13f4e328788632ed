import type { V2HPAScalingRules } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, notSupported, required } from '../../api/field-errors.ts';
import type { HorizontalPodAutoscaler, Wire } from '../../api/object.ts';
import { parseQuantity, quantityValue } from '../../api/quantity.ts';
import { validateCounts } from '../workloads/validate-counts.ts';
import { validateMetric } from './validate-metrics.ts';
import { validateReference } from './validate-reference.ts';

type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;
type Rules = Wire<V2HPAScalingRules>;

const selectPolicies = ['Disabled', 'Max', 'Min'];
const policyTypes = ['Percent', 'Pods'];
const maxPeriodSeconds = 1800;
const maxWindowSeconds = 3600;

/** What holds for an autoscaler whatever it was before. */
export function validateAutoscaler({ metadata, spec }: HorizontalPodAutoscaler): FieldError[] {
  if (!spec) return [required('spec')];
  const isNew = !metadata.resourceVersion;
  return [
    ...(isNew ? validateLowerBound(spec, 1) : []),
    ...validateBounds(spec),
    ...(isNew ? validateTarget(spec) : []),
    ...validateMetrics(spec),
    ...validateRules(spec.behavior?.scaleUp, 'spec.behavior.scaleUp'),
    ...validateRules(spec.behavior?.scaleDown, 'spec.behavior.scaleDown'),
  ];
}

/** A target that was taken before may stay, and so may a minimum of none. */
export function validateAutoscalerUpdate(
  { spec }: HorizontalPodAutoscaler,
  old: HorizontalPodAutoscaler,
): FieldError[] {
  if (!spec) return [];
  const [target, before] = [spec.scaleTargetRef, old.spec?.scaleTargetRef];
  const isSameKind = target?.kind === before?.kind && target?.apiVersion === before?.apiVersion;
  return [
    ...validateLowerBound(spec, old.spec?.minReplicas === 0 ? 0 : 1),
    ...(isSameKind ? [] : validateTarget(spec)),
  ];
}

export function validateAutoscalerStatus({ status }: HorizontalPodAutoscaler): FieldError[] {
  return validateCounts(status, ['currentReplicas', 'desiredReplicas']);
}

function validateLowerBound({ minReplicas }: Spec, bound: number): FieldError[] {
  if (minReplicas === undefined || minReplicas >= bound) return [];
  return [invalidValue('spec.minReplicas', minReplicas, `must be greater than or equal to ${bound}`)];
}

function validateBounds({ minReplicas, maxReplicas = 0 }: Spec): FieldError[] {
  const path = 'spec.maxReplicas';
  const errors: FieldError[] = [];
  if (maxReplicas === 0) errors.push(required(path, 'must be set and greater than 0'));
  else if (maxReplicas < 0) errors.push(invalidValue(path, maxReplicas, 'must be greater than or equal to 1'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(invalidValue(path, maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  return errors;
}

/** Only one kind of the core group can be scaled. */
function validateTarget({ scaleTargetRef }: Spec): FieldError[] {
  const mayBeCore = scaleTargetRef?.kind === 'ReplicationController';
  return validateReference(scaleTargetRef, 'spec.scaleTargetRef', { mayBeCore });
}

function validateMetrics({ metrics = [], minReplicas }: Spec): FieldError[] {
  const errors = metrics.flatMap((metric, index) => validateMetric(metric, `spec.metrics[${index}]`));
  const wakes = metrics.some(({ type }) => type === 'Object' || type === 'External');
  if (minReplicas !== 0 || wakes) return errors;
  const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
  return [...errors, forbidden('spec.metrics', detail)];
}

function validateRules(rules: Rules | undefined, path: string): FieldError[] {
  if (!rules) return [];
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  const errors: FieldError[] = [];
  const refuseWindow = (detail: string) =>
    errors.push(invalidValue(`${path}.stabilizationWindowSeconds`, window, detail));
  if (window !== undefined && window < 0) refuseWindow('must be greater than or equal to zero');
  if (window !== undefined && window > maxWindowSeconds)
    refuseWindow(`must be less than or equal to ${maxWindowSeconds}`);
  if (selectPolicy !== undefined && !selectPolicies.includes(selectPolicy)) {
    errors.push(notSupported(`${path}.selectPolicy`, selectPolicy, selectPolicies));
  }
  if (policies.length === 0) errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  for (const [index, policy] of policies.entries())
    errors.push(...validatePolicy(policy, `${path}.policies[${index}]`));
  if (tolerance !== undefined && quantityValue(parseQuantity(tolerance)) < 0) {
    errors.push(invalidValue(`${path}.tolerance`, tolerance, 'must be greater than or equal to 0'));
  }
  return errors;
}

function validatePolicy(
  { type, value = 0, periodSeconds = 0 }: { type?: string; value?: number; periodSeconds?: number },
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!policyTypes.includes(type ?? '')) errors.push(notSupported(`${path}.type`, type ?? '', policyTypes));
  if (value <= 0) errors.push(invalidValue(`${path}.value`, value, 'must be greater than zero'));
  const at = `${path}.periodSeconds`;
  if (periodSeconds <= 0) errors.push(invalidValue(at, periodSeconds, 'must be greater than zero'));
  if (periodSeconds > maxPeriodSeconds) {
    errors.push(invalidValue(at, periodSeconds, `must be less than or equal to ${maxPeriodSeconds}`));
  }
  return errors;
}
