import type {
  V1PodFailurePolicyOnExitCodesRequirement,
  V1PodFailurePolicyOnPodConditionsPattern,
  V1PodFailurePolicyRule,
} from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import {
  duplicate,
  invalidField,
  invalidValue,
  invalidValues,
  notSupported,
  required,
  tooMany,
} from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { checkQualifiedName } from '../../api/validation.ts';
import type { JobSpec } from './validate-spec.ts';

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];
const statuses = ['False', 'True', 'Unknown'];
const maximum = { rules: 20, exitCodes: 255, conditions: 20 };

export function validatePodFailurePolicy(spec: JobSpec, path: string): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const errors = atMost(rules, maximum.rules, `${path}.rules`);
  return [...errors, ...rules.flatMap((rule, index) => validateRule(rule, spec, `${path}.rules[${index}]`))];
}

function validateRule(rule: Wire<V1PodFailurePolicyRule>, spec: JobSpec, path: string): FieldError[] {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const errors =
    action === 'FailIndex' && spec.backoffLimitPerIndex === undefined
      ? [invalidValue(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set')]
      : oneOf(action, actions, `${path}.action`);
  if (onExitCodes) errors.push(...validateExitCodes(onExitCodes, spec, `${path}.onExitCodes`));
  if (onPodConditions.length > 0) errors.push(...validateConditions(onPodConditions, `${path}.onPodConditions`));
  const one = 'specifying one of OnExitCodes and OnPodConditions is required';
  const both = 'specifying both OnExitCodes and OnPodConditions is not supported';
  if (onExitCodes && onPodConditions.length > 0) errors.push(invalidField(path, both));
  if (!onExitCodes && onPodConditions.length === 0) errors.push(invalidField(path, one));
  return errors;
}

function validateConditions(
  patterns: readonly Wire<V1PodFailurePolicyOnPodConditionsPattern>[],
  path: string,
): FieldError[] {
  return [
    ...atMost(patterns, maximum.conditions, path),
    ...patterns.flatMap(({ type, status }, index) => [
      ...invalidValues(`${path}[${index}].type`, type ?? '', checkQualifiedName(type ?? '')),
      ...oneOf(status, statuses, `${path}[${index}].status`),
    ]),
  ];
}

function validateExitCodes(
  { operator, containerName, values }: Wire<V1PodFailurePolicyOnExitCodesRequirement>,
  { template }: JobSpec,
  path: string,
): FieldError[] {
  const errors = oneOf(operator, operators, `${path}.operator`);
  const containers = [...(template?.spec?.containers ?? []), ...(template?.spec?.initContainers ?? [])];
  if (containerName !== undefined && !containers.some(({ name }) => name === containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalidValue(`${path}.containerName`, containerName, detail));
  }
  const at = `${path}.values`;
  if (!values?.length) return [...errors, invalidValue(at, values ?? null, 'at least one value is required')];
  errors.push(...atMost(values, maximum.exitCodes, at));
  for (const [index, value] of values.entries()) {
    if (operator === 'In' && value === 0) {
      errors.push(invalidValue(`${at}[${index}]`, value, 'must not be 0 for the In operator'));
    }
    if (values.indexOf(value) < index) errors.push(duplicate(`${at}[${index}]`, value));
  }
  if (values.some((value, index) => index > 0 && (values[index - 1] ?? 0) > value)) {
    errors.push(invalidValue(at, values, 'must be ordered'));
  }
  return errors;
}

function oneOf(value: string | undefined, supported: readonly string[], path: string): FieldError[] {
  if (!value) return [required(path, `valid values: [${supported.map((text) => `"${text}"`).join(' ')}]`)];
  return supported.includes(value) ? [] : [notSupported(path, value, supported)];
}

function atMost(list: readonly unknown[], limit: number, path: string): FieldError[] {
  return list.length > limit ? [tooMany(path, list.length, limit)] : [];
}
