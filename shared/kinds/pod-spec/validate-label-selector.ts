import type { V1LabelSelector, V1LabelSelectorRequirement } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, invalidValues, required } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { checkLabelValue, checkQualifiedName, validateLabels } from '../../api/validation.ts';

/** `matchLabels` and `matchExpressions`, as in affinity terms and the selectors of controllers. */
export function validateLabelSelector(selector: Wire<V1LabelSelector> | undefined, path: string): FieldError[] {
  if (!selector) return [];
  return [
    ...validateLabels(selector.matchLabels ?? {}, `${path}.matchLabels`),
    ...(selector.matchExpressions ?? []).flatMap((requirement, index) =>
      validateRequirement(requirement, `${path}.matchExpressions[${index}]`),
    ),
  ];
}

function validateRequirement(requirement: Wire<V1LabelSelectorRequirement>, path: string): FieldError[] {
  const { key, operator, values = [] } = requirement;
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      errors.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
  } else {
    errors.push(invalidValue(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  }
  errors.push(...invalidValues(`${path}.key`, key ?? '', checkQualifiedName(key ?? '')));
  for (const [index, value] of values.entries()) {
    errors.push(...invalidValues(`${path}.values[${index}]`, value, checkLabelValue(value)));
  }
  return errors;
}
