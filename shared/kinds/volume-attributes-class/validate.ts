import type { FieldError } from '../../api/errors.ts';
import { forbidden, required } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { VolumeAttributesClass } from '../../api/object.ts';
import { validateParameters, validateProvisioner } from '../storage-class/parameters.ts';

export function validateVolumeAttributesClass({ driverName, parameters = {} }: VolumeAttributesClass): FieldError[] {
  const errors = [
    ...validateProvisioner(driverName ?? '', 'driverName'),
    ...validateParameters(parameters, 'parameters'),
  ];
  if (Object.keys(parameters).length > 0) return errors;
  return [...errors, required('parameters', 'must contain at least one key/value pair')];
}

export function validateVolumeAttributesClassUpdate(
  next: VolumeAttributesClass,
  old: VolumeAttributesClass,
): FieldError[] {
  return (['driverName', 'parameters'] as const).flatMap((field) =>
    jsonEqual(next[field], old[field]) ? [] : [forbidden(field, `updates to ${field} are forbidden.`)],
  );
}
