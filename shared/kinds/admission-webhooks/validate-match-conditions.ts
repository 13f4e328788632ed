import type { V1MatchCondition } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValues, required, tooMany } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { checkQualifiedName } from '../../api/validation.ts';

const maxConditions = 64;

/** The form of match conditions. */
export function validateMatchConditions(conditions: readonly Wire<V1MatchCondition>[], path: string): FieldError[] {
  const errors = conditions.length > maxConditions ? [tooMany(path, conditions.length, maxConditions)] : [];
  const names = new Set<string>();
  for (const [index, { name, expression }] of conditions.entries()) {
    const at = `${path}[${index}]`;
    if (!expression?.trim()) errors.push(required(`${at}.expression`));
    if (!name) {
      errors.push(required(`${at}.name`));
      continue;
    }
    errors.push(...invalidValues(`${at}.name`, name, checkQualifiedName(name)));
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
  }
  return errors;
}
