import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, notSupported, required } from '../../api/field-errors.ts';
import type { ReplicationController } from '../../api/object.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';
import { validatePodTemplate } from '../pod-spec/validate-template.ts';

export function validateReplicationController({ spec }: ReplicationController): FieldError[] {
  const errors = validateNonNegative(spec?.minReadySeconds, 'spec.minReadySeconds');
  const selector = spec?.selector ?? {};
  if (Object.keys(selector).length === 0) errors.push(required('spec.selector'));
  errors.push(...validateNonNegative(spec?.replicas, 'spec.replicas'));
  if (!spec?.template) return [...errors, required('spec.template')];
  const { template } = spec;
  const labels = template.metadata?.labels ?? {};
  if (!Object.entries(selector).every(([key, value]) => labels[key] === value)) {
    const detail = '`selector` does not match template `labels`';
    errors.push(invalidValue('spec.template.metadata.labels', labels, detail));
  }
  errors.push(...validatePodTemplate(template, 'spec.template'));
  const restartPolicy = template.spec?.restartPolicy;
  if (restartPolicy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy ?? '', ['Always']));
  }
  if (typeof template.spec?.activeDeadlineSeconds === 'number') {
    const path = 'spec.template.spec.activeDeadlineSeconds';
    errors.push(forbidden(path, 'activeDeadlineSeconds in ReplicationController is not Supported'));
  }
  return errors;
}

/** The counts of a status are parts of one another. */
export function validateReplicationControllerStatus({ status }: ReplicationController): FieldError[] {
  const counts = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const;
  const errors = [...counts, 'observedGeneration' as const].flatMap((field) =>
    validateNonNegative(status?.[field], `status.${field}`),
  );
  for (const field of counts.slice(1)) {
    const count = status?.[field] ?? 0;
    if (count > (status?.replicas ?? 0)) {
      errors.push(invalidValue(`status.${field}`, count, 'cannot be greater than status.replicas'));
    }
  }
  const available = status?.availableReplicas ?? 0;
  if (available > (status?.readyReplicas ?? 0)) {
    errors.push(invalidValue('status.availableReplicas', available, 'cannot be greater than readyReplicas'));
  }
  return errors;
}
