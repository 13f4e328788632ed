import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { FlowSchema } from '../../api/object.ts';
import { checkDNS1123Subdomain } from '../../api/validation.ts';
import { mandatoryFlowSchemas } from './bootstrap.ts';
import { validateFlowRule } from './validate-rules.ts';

const maximumPrecedence = 10_000;
const methods = ['ByNamespace', 'ByUser'];

export function validateFlowSchema(schema: FlowSchema): FieldError[] {
  const { metadata, spec } = schema;
  const { matchingPrecedence = 0, distinguisherMethod, rules = [] } = spec ?? {};
  const errors = validatePrecedence(matchingPrecedence, metadata.name);
  if (distinguisherMethod && !methods.includes(distinguisherMethod.type)) {
    errors.push(notSupported('spec.distinguisherMethod.type', { Type: distinguisherMethod.type }, methods));
  }
  const level = spec?.priorityLevelConfiguration?.name ?? '';
  const path = 'spec.priorityLevelConfiguration.name';
  if (level === '') errors.push(required(path, 'must reference a priority level'));
  else errors.push(...invalidValues(path, level, checkDNS1123Subdomain(level)));
  errors.push(...rules.flatMap((rule, index) => validateFlowRule(rule, `spec.rules[${index}]`)));
  const fixed = mandatoryFlowSchemas.find((one) => one.metadata.name === metadata.name);
  if (fixed && !jsonEqual(spec, fixed.spec)) {
    errors.push(invalidValue('spec', spec, `spec of '${metadata.name}' must equal the fixed value`));
  }
  return [...errors, ...validateFlowConditions(schema)];
}

function validatePrecedence(precedence: number, name: string | undefined): FieldError[] {
  const refuse = (why: string) => [invalidValue('spec.matchingPrecedence', precedence, why)];
  if (precedence <= 0) return refuse('must be a positive value');
  if (precedence > maximumPrecedence) return refuse(`must not be greater than ${maximumPrecedence}`);
  if (precedence !== 1 || name === 'exempt') return [];
  return refuse("only the schema named 'exempt' may have matchingPrecedence 1");
}

/** Conditions of schemas and of levels: one of each type. */
export function validateFlowConditions({ status }: { status?: { conditions?: { type?: string }[] } }): FieldError[] {
  const types = (status?.conditions ?? []).map(({ type = '' }) => type);
  return types.flatMap((type, index) => {
    const path = `status.conditions[${index}].type`;
    return [...(types.indexOf(type) < index ? [duplicate(path, type)] : []), ...(type === '' ? [required(path)] : [])];
  });
}
