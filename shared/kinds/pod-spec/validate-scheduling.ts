import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { PodSpec, Toleration } from '../../api/object.ts';
import { checkLabelValue, checkQualifiedName } from '../../api/validation.ts';
import { validateTaintEffect } from '../taints.ts';
import { validateLabelKeys } from './validate-label-keys.ts';
import { validateLabelSelector } from './validate-label-selector.ts';

type SpreadConstraint = NonNullable<PodSpec['topologySpreadConstraints']>[number];

const operators = ['Equal', 'Exists'];
const inclusionPolicies = ['Honor', 'Ignore'];
const whenUnsatisfiable = ['DoNotSchedule', 'ScheduleAnyway'];

export function validateTolerations(tolerations: readonly Toleration[], path: string): FieldError[] {
  return tolerations.flatMap((toleration, index) => validateToleration(toleration, `${path}[${index}]`));
}

function validateToleration(toleration: Toleration, path: string): FieldError[] {
  const { key, operator, effect, tolerationSeconds } = toleration;
  const errors = key ? invalidValues(`${path}.key`, key, checkQualifiedName(key)) : [];
  if (!key && operator !== 'Exists') {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalidValue(`${path}.operator`, operator ?? '', detail));
  }
  if (typeof tolerationSeconds === 'number' && effect !== 'NoExecute') {
    const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    errors.push(invalidValue(`${path}.effect`, effect ?? '', detail));
  }
  errors.push(...validateOperator(toleration, `${path}.operator`));
  if (effect) errors.push(...validateTaintEffect(effect, `${path}.effect`));
  return errors;
}

function validateOperator(toleration: Toleration, path: string): FieldError[] {
  const { operator, value = '' } = toleration;
  if (operator === 'Exists') {
    return value ? [invalidValue(path, toleration, "value must be empty when `operator` is 'Exists'")] : [];
  }
  if (operator && operator !== 'Equal') return [notSupported(path, operator, operators)];
  const messages = checkLabelValue(value);
  return messages.length > 0 ? [invalidValue(path, value, messages.join(';'))] : [];
}

export function validateTopologySpread(constraints: readonly SpreadConstraint[], path: string): FieldError[] {
  const seen = new Set<string>();
  return constraints.flatMap((constraint, index) => {
    const at = `${path}[${index}]`;
    const errors = validateConstraint(constraint, at);
    const pair = `{${constraint.topologyKey}, ${constraint.whenUnsatisfiable}}`;
    if (seen.has(pair)) errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pair));
    seen.add(pair);
    return errors;
  });
}

function validateConstraint(constraint: SpreadConstraint, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!(constraint.maxSkew > 0)) {
    errors.push(invalidValue(`${path}.maxSkew`, constraint.maxSkew ?? 0, 'must be greater than zero'));
  }
  if (!constraint.topologyKey) errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  if (!whenUnsatisfiable.includes(constraint.whenUnsatisfiable)) {
    errors.push(notSupported(`${path}.whenUnsatisfiable`, constraint.whenUnsatisfiable ?? '', whenUnsatisfiable));
  }
  errors.push(...validateMinDomains(constraint, `${path}.minDomains`));
  for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    const policy = constraint[field];
    if (policy !== undefined && !inclusionPolicies.includes(policy)) {
      errors.push(notSupported(`${path}.${field}`, policy, inclusionPolicies));
    }
  }
  errors.push(...validateLabelKeys(constraint, path));
  return [...errors, ...validateLabelSelector(constraint.labelSelector, `${path}.labelSelector`)];
}

function validateMinDomains({ minDomains, whenUnsatisfiable: action }: SpreadConstraint, path: string): FieldError[] {
  if (minDomains === undefined) return [];
  const errors = minDomains > 0 ? [] : [invalidValue(path, minDomains, 'must be greater than zero')];
  if (action !== 'DoNotSchedule') {
    const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
    errors.push(invalidValue(path, minDomains, detail));
  }
  return errors;
}
