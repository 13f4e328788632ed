import type { FieldError } from '../../api/errors.ts';
import { invalidValue, required } from '../../api/field-errors.ts';
import { type CelType, compileFor, type Environment, isIdentifier } from '../../cel/cel.ts';

/** An expression that must be there and evaluate to one of these types. */
export function validateExpression(
  text: string | undefined,
  path: string,
  { environment, wanted, absent = '' }: { environment: Environment; wanted: readonly CelType[]; absent?: string },
): FieldError[] {
  if (!text?.trim()) return [required(path, absent)];
  const { compiled } = compileFor(text, environment, wanted);
  return 'problem' in compiled ? [invalidValue(path, text, compiled.problem)] : [];
}

export function validateVariableName(name: string | undefined, path: string): FieldError[] {
  if (!name?.trim()) return [required(path, 'name is not specified')];
  return isIdentifier(name) ? [] : [invalidValue(path, name, 'must be a valid CEL identifier')];
}
