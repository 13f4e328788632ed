import type { V2CrossVersionObjectReference } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues, required } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { checkPathSegmentName } from '../../api/validation.ts';

type Reference = Wire<V2CrossVersionObjectReference>;

/** An object of any kind, by names that fit into a path. */
export function validateReference(
  reference: Reference | undefined,
  path: string,
  { mayBeCore }: { mayBeCore: boolean },
): FieldError[] {
  const errors = (['kind', 'name'] as const).flatMap((field) => {
    const value = reference?.[field] ?? '';
    return value === ''
      ? [required(`${path}.${field}`)]
      : invalidValues(`${path}.${field}`, value, checkPathSegmentName(value));
  });
  return [...errors, ...validateApiVersion(reference?.apiVersion ?? '', `${path}.apiVersion`, { mayBeCore })];
}

function validateApiVersion(apiVersion: string, path: string, { mayBeCore }: { mayBeCore: boolean }): FieldError[] {
  const parts = apiVersion.split('/');
  if (parts.length > 2) return [invalidValue(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  if (mayBeCore || parts.length === 2) return [];
  return [invalidValue(path, apiVersion, 'apiVersion must specify API group')];
}
