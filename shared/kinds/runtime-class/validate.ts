import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValues, required } from '../../api/field-errors.ts';
import type { RuntimeClass, Toleration } from '../../api/object.ts';
import { checkDNS1123Label, validateImmutableField, validateLabels } from '../../api/validation.ts';
import { validateResources } from '../pod-spec/validate-resources.ts';
import { validateTolerations } from '../pod-spec/validate-scheduling.ts';

export function validateRuntimeClass({ handler, overhead, scheduling }: RuntimeClass): FieldError[] {
  const errors: FieldError[] = [];
  if (!handler) errors.push(required('handler'));
  else errors.push(...invalidValues('handler', handler, checkDNS1123Label(handler)));
  if (overhead) errors.push(...validateResources({ limits: overhead.podFixed }, 'overhead'));
  if (!scheduling) return errors;
  errors.push(...validateLabels(scheduling.nodeSelector ?? {}, 'scheduling.nodeSelector'));
  const tolerations = scheduling.tolerations ?? [];
  errors.push(...validateTolerations(tolerations, 'scheduling.tolerations'));
  return [...errors, ...validateDistinct(tolerations, 'scheduling.tolerations')];
}

function validateDistinct(tolerations: readonly Toleration[], path: string): FieldError[] {
  const seen = new Set<string>();
  return tolerations.flatMap((toleration, index) => {
    const { key = '', operator = '', value = '', effect = '' } = toleration;
    const identity = [key, operator, value, effect].join('\n');
    if (seen.has(identity)) return [duplicate(`${path}[${index}]`, toleration)];
    seen.add(identity);
    return [];
  });
}

export function validateRuntimeClassUpdate(next: RuntimeClass, old: RuntimeClass): FieldError[] {
  return validateImmutableField(next.handler, old.handler, 'handler');
}
