import type { FieldError } from '../../api/errors.ts';
import type { ReplicaSet } from '../../api/object.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';
import { validateControllerSelector, validateSelectorUnchanged } from '../workloads/selector.ts';
import { validateCounts, validateParts } from '../workloads/validate-counts.ts';
import { validateLongRunningTemplate } from '../workloads/validate-template.ts';

export function validateReplicaSet({ spec }: ReplicaSet): FieldError[] {
  return [
    ...validateNonNegative(spec?.replicas, 'spec.replicas'),
    ...validateNonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
    // Kubernetes names the wrong kind here.
    ...validateControllerSelector(spec?.selector, 'spec.selector', 'deployment'),
    ...validateLongRunningTemplate({ selector: spec?.selector, template: spec?.template ?? {} }, 'spec', 'ReplicaSet'),
  ];
}

export function validateReplicaSetUpdate(replicaSet: ReplicaSet, old: ReplicaSet): FieldError[] {
  return validateSelectorUnchanged(replicaSet.spec?.selector, old.spec?.selector, 'spec.selector');
}

export function validateReplicaSetStatus({ status }: ReplicaSet): FieldError[] {
  const parts = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const;
  return [
    ...validateCounts(status, ['replicas', ...parts, 'observedGeneration', 'terminatingReplicas']),
    ...validateParts(status, parts),
  ];
}
