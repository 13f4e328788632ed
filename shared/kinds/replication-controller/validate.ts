import type { FieldError } from '../../api/errors.ts';
import { required } from '../../api/field-errors.ts';
import type { ReplicationController } from '../../api/object.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';
import { validatePodTemplate } from '../pod-spec/validate-template.ts';
import { validateCounts, validateParts } from '../workloads/validate-counts.ts';
import { validateLongRunning, validateSelected } from '../workloads/validate-template.ts';

export function validateReplicationController({ spec }: ReplicationController): FieldError[] {
  const errors = validateNonNegative(spec?.minReadySeconds, 'spec.minReadySeconds');
  const selector = spec?.selector ?? {};
  if (Object.keys(selector).length === 0) errors.push(required('spec.selector'));
  errors.push(...validateNonNegative(spec?.replicas, 'spec.replicas'));
  if (!spec?.template) return [...errors, required('spec.template')];
  const { template } = spec;
  return [
    ...errors,
    ...validateSelected({ matchLabels: selector }, template, 'spec.template'),
    ...validatePodTemplate(template, 'spec.template'),
    ...validateLongRunning(template, 'spec.template', 'ReplicationController'),
  ];
}

export function validateReplicationControllerStatus({ status }: ReplicationController): FieldError[] {
  const parts = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const;
  return [...validateCounts(status, ['replicas', ...parts, 'observedGeneration']), ...validateParts(status, parts)];
}
