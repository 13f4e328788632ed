import type { FieldError } from '../../api/errors.ts';
import { forbidden } from '../../api/field-errors.ts';
import { validateAnnotations, validateLabels } from '../../api/validation.ts';
import type { PodTemplate } from './defaults.ts';
import { validatePodSpec } from './validate-pod-spec.ts';

/** A template that a controller makes Pods from; `path` is where it is, `spec.template`. */
export function validatePodTemplate(template: PodTemplate, path: string): FieldError[] {
  const { metadata, spec } = template;
  const errors = [
    ...validateLabels(metadata?.labels ?? {}, `${path}.metadata.labels`),
    ...validateAnnotations(metadata?.annotations ?? {}, `${path}.metadata.annotations`),
    ...validatePodSpec(spec ?? { containers: [] }, `${path}.spec`),
  ];
  if (spec?.ephemeralContainers?.length) {
    errors.push(forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
  }
  return errors;
}
