import type { V1ExpressionWarning } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { required } from '../../api/field-errors.ts';
import type { ValidatingAdmissionPolicy, Wire } from '../../api/object.ts';
import { validateConditions } from '../../api/validation.ts';

export function validatePolicyStatus({ status }: ValidatingAdmissionPolicy): FieldError[] {
  const warnings: readonly Wire<V1ExpressionWarning>[] = status?.typeChecking?.expressionWarnings ?? [];
  return [
    ...warnings.flatMap(({ warning, fieldRef }, index) => {
      const path = `status.typeChecking.expressionWarnings[${index}]`;
      return [
        ...(warning ? [] : [required(`${path}.warning`)]),
        ...(fieldRef?.trim() ? [] : [required(`${path}.fieldRef`)]),
      ];
    }),
    ...validateConditions(status?.conditions ?? [], 'status.conditions'),
  ];
}
