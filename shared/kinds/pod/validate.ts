import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue } from '../../api/field-errors.ts';
import type { Pod } from '../../api/object.ts';
import { validatePodSpec } from '../pod-spec/validate-pod-spec.ts';

const mirrorAnnotation = 'kubernetes.io/config.mirror';

export function validatePod(pod: Pod): FieldError[] {
  const spec = pod.spec ?? { containers: [] };
  const errors: FieldError[] = [];
  const mirror = pod.metadata.annotations?.[mirrorAnnotation];
  if (mirror !== undefined && !spec.nodeName) {
    const path = `metadata.annotations[${mirrorAnnotation}]`;
    errors.push(invalidValue(path, mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  }
  errors.push(...validatePodSpec(spec, 'spec'));
  // Templates were accepted with such images for years and still are.
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [index, { image = '' }] of (spec[list] ?? []).entries()) {
      if (image === image.trim()) continue;
      const detail = 'must not have leading or trailing whitespace';
      errors.push(invalidValue(`spec.${list}[${index}].image`, image, detail));
    }
  }
  if (spec.nodeName && spec.schedulingGates?.length) {
    errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  return errors;
}
