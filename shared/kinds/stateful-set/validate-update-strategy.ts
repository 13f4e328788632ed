import type { FieldError } from '../../api/errors.ts';
import { invalidValue, required } from '../../api/field-errors.ts';
import type { StatefulSet } from '../../api/object.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';

type UpdateStrategy = NonNullable<NonNullable<StatefulSet['spec']>['updateStrategy']>;

export function validateUpdateStrategy(strategy: UpdateStrategy, path: string): FieldError[] {
  const { type, rollingUpdate } = strategy;
  switch (type) {
    case undefined:
    case '':
      return [required(path)];
    case 'RollingUpdate':
      return validateNonNegative(rollingUpdate?.partition, `${path}.rollingUpdate.partition`);
    case 'OnDelete': {
      if (!rollingUpdate) return [];
      const detail = "only allowed for updateStrategy 'RollingUpdate'";
      return [invalidValue(`${path}.rollingUpdate`, internalRollingUpdate(rollingUpdate), detail)];
    }
    default:
      return [invalidValue(path, internalForm(strategy), "must be 'RollingUpdate' or 'OnDelete'")];
  }
}

/** Structs in error messages are Kubernetes' internal ones. */
function internalForm({ type, rollingUpdate }: UpdateStrategy): object {
  return { Type: type, RollingUpdate: rollingUpdate ? internalRollingUpdate(rollingUpdate) : null };
}

function internalRollingUpdate({ partition = 0 }: NonNullable<UpdateStrategy['rollingUpdate']>): object {
  return { Partition: partition, MaxUnavailable: null };
}
