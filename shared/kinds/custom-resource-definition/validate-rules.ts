import type { FieldError } from '../../api/errors.ts';
import { invalidValue, notSupported, required } from '../../api/field-errors.ts';
import { unsupportedPart } from '../../schema/structural/check-structural.ts';
import { normalizedPath } from '../../schema/structural/field-path.ts';
import type { JsonSchema, ValidationRule } from '../../schema/structural/json-schema.ts';

const reasons: readonly string[] = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
];

/** What can be said of `x-kubernetes-validations` without reading the expressions. */
export function validateRuleTexts(schema: JsonSchema, path: string): FieldError[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  return rules.flatMap((rule, index) => validateRule(rule, schema, `${path}.x-kubernetes-validations[${index}]`));
}

function validateRule(rule: ValidationRule, schema: JsonSchema, path: string): FieldError[] {
  const { messageExpression = '', reason, fieldPath = '' } = rule;
  const errors = validateMessage(rule, path);
  if (messageExpression && messageExpression.trim() === '') {
    const why = 'messageExpression must be non-empty if specified';
    errors.push(required(`${path}.messageExpression`, why));
  }
  if (reason !== undefined && !reasons.includes(reason)) {
    errors.push(notSupported(`${path}.reason`, reason, reasons));
  }
  if (!fieldPath) return errors;
  const place = `${path}.fieldPath`;
  if (fieldPath.trim() === '') errors.push(invalidValue(place, fieldPath, 'must be non-empty if specified'));
  if (hasLineBreak(fieldPath)) errors.push(invalidValue(place, fieldPath, 'must not contain line breaks'));
  if (!isFieldPath(fieldPath, schema)) errors.push(invalidValue(place, fieldPath, 'must be a valid path'));
  return errors;
}

function validateMessage({ rule = '', message = '' }: ValidationRule, path: string): FieldError[] {
  const trimmed = message.trim();
  if (rule.trim() === '') return [required(`${path}.rule`, 'rule is not specified')];
  if (message && trimmed === '') return [invalidValue(`${path}.message`, message, 'must be non-empty if specified')];
  if (hasLineBreak(trimmed)) return [invalidValue(`${path}.message`, message, 'must not contain line breaks')];
  if (!hasLineBreak(rule.trim()) || trimmed !== '') return [];
  return [required(`${path}.message`, 'message must be specified if rule contains line breaks')];
}

function hasLineBreak(text: string): boolean {
  return /[\n\r]/.test(text);
}

function isFieldPath(text: string, schema: JsonSchema): boolean {
  return Boolean(unsupportedPart(schema)) || normalizedPath(text, schema) !== undefined;
}
