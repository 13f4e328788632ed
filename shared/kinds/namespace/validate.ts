import type { FieldError } from '../../api/errors.ts';
import { invalidValue, invalidValues } from '../../api/field-errors.ts';
import type { Namespace } from '../../api/object.ts';
import { checkQualifiedName } from '../../api/validation.ts';

const standardFinalizers = ['kubernetes', 'foregroundDeletion', 'orphan'];

export function validateNamespace({ spec }: Namespace): FieldError[] {
  const path = 'spec.finalizers';
  return (spec?.finalizers ?? []).flatMap((name) => {
    const errors = invalidValues(path, name, checkQualifiedName(name));
    if (errors.length === 0 && !name.includes('/') && !standardFinalizers.includes(name)) {
      errors.push(invalidValue(path, name, 'name is neither a standard finalizer name nor is it fully qualified'));
    }
    return errors;
  });
}
