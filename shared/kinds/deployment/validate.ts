import type { V1DeploymentStrategy } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, notSupported, required } from '../../api/field-errors.ts';
import type { Deployment, Wire } from '../../api/object.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';
import { isNone, validateAtMostAll, validateIntOrPercent } from '../workloads/int-or-percent.ts';
import { internalStrategy } from '../workloads/internal-form.ts';
import { validateControllerSelector, validateSelectorUnchanged } from '../workloads/selector.ts';
import { validateCollisions, validateCounts, validateParts } from '../workloads/validate-counts.ts';
import { validateLongRunningTemplate } from '../workloads/validate-template.ts';

type Rollout = Wire<V1DeploymentStrategy>;

export function validateDeployment({ spec }: Deployment): FieldError[] {
  return [
    ...validateNonNegative(spec?.replicas, 'spec.replicas'),
    ...validateControllerSelector(spec?.selector, 'spec.selector', 'deployment'),
    ...validateLongRunningTemplate({ selector: spec?.selector, template: spec?.template ?? {} }, 'spec', 'ReplicaSet'),
    ...validateRollout(spec?.strategy ?? {}, 'spec.strategy'),
    ...validateNonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
    ...validateNonNegative(spec?.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
    ...validateDeadline(spec),
  ];
}

export function validateDeploymentUpdate(deployment: Deployment, old: Deployment): FieldError[] {
  return validateSelectorUnchanged(deployment.spec?.selector, old.spec?.selector, 'spec.selector');
}

export function validateDeploymentStatus({ status }: Deployment, old: Deployment): FieldError[] {
  const parts = ['updatedReplicas', 'readyReplicas', 'availableReplicas'] as const;
  const others = ['unavailableReplicas', 'terminatingReplicas', 'collisionCount'] as const;
  return [
    ...validateCounts(status, ['observedGeneration', 'replicas', ...parts, ...others]),
    ...validateParts(status, parts),
    ...validateCollisions(status, old.status),
  ];
}

function validateRollout(rollout: Rollout, path: string): FieldError[] {
  const { type, rollingUpdate } = rollout;
  if (type === 'RollingUpdate') {
    if (!rollingUpdate) return [required(`${path}.rollingUpdate`, 'this should be defaulted and never be nil')];
    return validateRollingUpdate(rollingUpdate, `${path}.rollingUpdate`);
  }
  if (type === 'Recreate') {
    if (!rollingUpdate) return [];
    return [forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
  }
  return [notSupported(path, internalStrategy(type, rollingUpdate), ['Recreate', 'RollingUpdate'])];
}

function validateRollingUpdate(
  { maxUnavailable, maxSurge }: NonNullable<Rollout['rollingUpdate']>,
  path: string,
): FieldError[] {
  const errors = [
    ...validateIntOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...validateIntOrPercent(maxSurge, `${path}.maxSurge`),
  ];
  if (isNone(maxUnavailable) && isNone(maxSurge)) {
    errors.push(invalidValue(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return [...errors, ...validateAtMostAll(maxUnavailable, `${path}.maxUnavailable`)];
}

function validateDeadline(spec: Deployment['spec']): FieldError[] {
  const deadline = spec?.progressDeadlineSeconds;
  if (typeof deadline !== 'number') return [];
  const path = 'spec.progressDeadlineSeconds';
  const errors = validateNonNegative(deadline, path);
  if (deadline <= (spec?.minReadySeconds ?? 0)) {
    errors.push(invalidValue(path, deadline, 'must be greater than minReadySeconds'));
  }
  return errors;
}
