import type { FieldError } from '../../api/errors.ts';
import { forbidden, notSupported } from '../../api/field-errors.ts';
import type { PriorityClass } from '../../api/object.ts';
import { validateImmutableField } from '../../api/validation.ts';
import { highestUserDefinablePriority, systemPriorityClasses, systemPriorityClassPrefix } from './system-classes.ts';

const preemptionPolicies = ['Never', 'PreemptLowerPriority'];

export function validatePriorityClass({ metadata, value = 0, globalDefault, preemptionPolicy }: PriorityClass) {
  const errors: FieldError[] = [];
  const name = metadata.name ?? '';
  if (name.startsWith(systemPriorityClassPrefix)) errors.push(...validateSystemClass(name, value, globalDefault));
  else if (value > highestUserDefinablePriority) {
    const detail = `maximum allowed value of a user defined priority is ${highestUserDefinablePriority}`;
    errors.push(forbidden('value', detail));
  }
  if (preemptionPolicy !== undefined && !preemptionPolicies.includes(preemptionPolicy)) {
    errors.push(notSupported('preemptionPolicy', preemptionPolicy, preemptionPolicies));
  }
  return errors;
}

function validateSystemClass(name: string, value: number, globalDefault: boolean | undefined): FieldError[] {
  const known = systemPriorityClasses.find((one) => one.name === name);
  let problem = '';
  if (!known) problem = `${name} is not a known system priority class`;
  else if (known.value !== value) problem = `value of ${name} PriorityClass must be ${known.value}`;
  else if (globalDefault) problem = `globalDefault of ${name} PriorityClass must be false`;
  if (problem === '') return [];
  const reserved = `priority class names with '${systemPriorityClassPrefix}' prefix are reserved for system use only`;
  return [forbidden('metadata.name', `${reserved}. error: ${problem}`)];
}

/** Pods carry the number of their class from their creation: it would not follow a change. */
export function validatePriorityClassUpdate(next: PriorityClass, old: PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  if ((next.value ?? 0) !== (old.value ?? 0)) errors.push(forbidden('value', 'may not be changed in an update.'));
  return [...errors, ...validateImmutableField(next.preemptionPolicy, old.preemptionPolicy, 'preemptionPolicy')];
}
