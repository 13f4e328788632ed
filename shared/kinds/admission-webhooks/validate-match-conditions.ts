import type { V1MatchCondition } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValue, invalidValues, required, tooMany } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { checkQualifiedName } from '../../api/validation.ts';
import { BOOL, compileFor, type Environment } from '../../cel/cel.ts';

const maxConditions = 64;

/** Match conditions: their form, and that their expressions can be evaluated where they are to be. */
export function validateMatchConditions(
  conditions: readonly Wire<V1MatchCondition>[],
  path: string,
  environment: () => Environment,
): FieldError[] {
  const errors = conditions.length > maxConditions ? [tooMany(path, conditions.length, maxConditions)] : [];
  const names = new Set<string>();
  for (const [index, { name, expression }] of conditions.entries()) {
    const at = `${path}[${index}]`;
    errors.push(...validateExpression(expression?.trim() ?? '', `${at}.expression`, environment));
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

function validateExpression(text: string, path: string, environment: () => Environment): FieldError[] {
  if (text === '') return [required(path)];
  const { compiled } = compileFor(text, environment(), [BOOL]);
  return 'problem' in compiled ? [invalidValue(path, text, compiled.problem)] : [];
}
