import type { V1Condition } from '@kubernetes/client-node';
import type { FieldError } from '../errors.ts';
import { duplicate, invalidValue, invalidValues, notSupported, required, tooLong } from '../field-errors.ts';
import type { Wire } from '../object.ts';
import { checkQualifiedName } from './names.ts';

const statuses = ['False', 'True', 'Unknown'];
const maxReasonLength = 1024;
const maxMessageLength = 32 * 1024;
const reasonFormat = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const reasonPattern = new RegExp(`^${reasonFormat}$`);
const reasonMessage =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', " +
  "and must end with an alphanumeric character or '_' " +
  `(e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${reasonFormat}')`;

/** Conditions in the form that all newer kinds share: one of a type, each with a reason. */
export function validateConditions(conditions: readonly Wire<V1Condition>[], path: string): FieldError[] {
  const seen = new Set<string>();
  return conditions.flatMap((condition, index) => {
    const at = `${path}[${index}]`;
    const repeated = seen.has(condition.type) ? [duplicate(`${at}.type`, condition.type)] : [];
    seen.add(condition.type);
    return [...repeated, ...validateCondition(condition, at)];
  });
}

function validateCondition(condition: Wire<V1Condition>, path: string): FieldError[] {
  const { type = '', status = '', observedGeneration = 0, lastTransitionTime, reason = '', message = '' } = condition;
  const errors = invalidValues(`${path}.type`, type, checkQualifiedName(type));
  if (!statuses.includes(status)) errors.push(notSupported(`${path}.status`, status, statuses));
  if (observedGeneration < 0) {
    const detail = 'must be greater than or equal to zero';
    errors.push(invalidValue(`${path}.observedGeneration`, observedGeneration, detail));
  }
  if (!lastTransitionTime) errors.push(required(`${path}.lastTransitionTime`));
  if (reason === '') errors.push(required(`${path}.reason`));
  else if (!reasonPattern.test(reason)) errors.push(invalidValue(`${path}.reason`, reason, reasonMessage));
  if (reason.length > maxReasonLength) errors.push(tooLong(`${path}.reason`, maxReasonLength));
  if (message.length > maxMessageLength) errors.push(tooLong(`${path}.message`, maxMessageLength));
  return errors;
}
