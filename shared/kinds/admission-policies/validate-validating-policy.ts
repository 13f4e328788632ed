import type { V1AuditAnnotation, V1Validation } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import { byteLength } from '../../api/go-format.ts';
import type { ValidatingAdmissionPolicy, Wire } from '../../api/object.ts';
import { checkQualifiedName } from '../../api/validation.ts';
import { BOOL, NULL, STRING } from '../../cel/cel.ts';
import { validateExpression } from './validate-expressions.ts';
import { validatePolicyHead, validateVariables } from './validate-policy.ts';

type Environments = ReturnType<typeof validateVariables>['environment'];

const maxAuditAnnotations = 20;
const maxValueExpression = 5 * 1024;
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];

export function validateValidatingPolicy({ metadata, spec = {} }: ValidatingAdmissionPolicy): FieldError[] {
  const head = validatePolicyHead(spec);
  const { errors, environment } = validateVariables(spec);
  const { validations = [], auditAnnotations = [] } = spec;
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const why = 'validations or auditAnnotations must contain at least one item';
    return [...head, ...errors, required('spec.validations', why), required('spec.auditAnnotations', why)];
  }
  return [
    ...head,
    ...errors,
    ...validations.flatMap((validation, index) =>
      validateValidation(validation, `spec.validations[${index}]`, environment),
    ),
    ...validateAuditAnnotations(metadata.name ?? '', auditAnnotations, environment),
  ];
}

function validateValidation(validation: Wire<V1Validation>, path: string, environment: Environments): FieldError[] {
  const { expression, message, messageExpression, reason } = validation;
  const errors = validateExpression(expression, `${path}.expression`, {
    environment: environment({ authorizer: true }),
    wanted: [BOOL],
    absent: 'expression is not specified',
  });
  if (messageExpression) {
    errors.push(...validateMessageExpression(messageExpression, `${path}.messageExpression`, environment));
  }
  if (message && message.trim() === '') {
    errors.push(invalidValue(`${path}.message`, message, 'must be non-empty if specified'));
  } else if (/[\n\r]/.test(message?.trim() ?? '')) {
    errors.push(invalidValue(`${path}.message`, message, 'must not contain line breaks'));
  }
  if (reason !== undefined && !reasons.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, reasons));
  return errors;
}

function validateMessageExpression(text: string, path: string, environment: Environments): FieldError[] {
  if (text.trim() === '') return [invalidValue(path, text, 'must be non-empty if specified')];
  return validateExpression(text, path, { environment: environment({ authorizer: false }), wanted: [STRING] });
}

function validateAuditAnnotations(
  policy: string,
  annotations: readonly Wire<V1AuditAnnotation>[],
  environment: Environments,
): FieldError[] {
  const errors: FieldError[] = [];
  if (annotations.length > maxAuditAnnotations) {
    const why = `must not have more than ${maxAuditAnnotations} auditAnnotations`;
    errors.push(invalidValue('spec.auditAnnotations', annotations, why));
  }
  const keys = new Set<string>();
  for (const [index, { key = '', valueExpression }] of annotations.entries()) {
    const path = `spec.auditAnnotations[${index}]`;
    if (policy === '') errors.push(invalidValue(`${path}.key`, key, 'requires metadata.name be non-empty'));
    else errors.push(...invalidValues(`${path}.key`, `${policy}/${key}`, checkQualifiedName(`${policy}/${key}`)));
    errors.push(...validateValueExpression(valueExpression, `${path}.valueExpression`, environment));
    if (keys.has(key)) errors.push(duplicate(`${path}.key`, key));
    keys.add(key);
  }
  return errors;
}

function validateValueExpression(text: string | undefined, path: string, environment: Environments): FieldError[] {
  if (byteLength(text?.trim() ?? '') > maxValueExpression) {
    return [required(path, `must not exceed ${maxValueExpression} bytes in length`)];
  }
  return validateExpression(text, path, {
    environment: environment({ authorizer: true }),
    wanted: [STRING, NULL],
    absent: 'valueExpression is not specified',
  });
}
