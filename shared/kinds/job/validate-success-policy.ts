import type { V1SuccessPolicyRule } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue, required, tooLong, tooMany } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';
import { parseIndexes } from './indexes.ts';
import type { JobSpec } from './validate-spec.ts';

const maxRules = 20;
const maxIndexesLength = 64 * 1024;

export function validateSuccessPolicy(
  { completionMode, completions, successPolicy }: JobSpec,
  path: string,
): FieldError[] {
  if (completionMode !== 'Indexed')
    return [invalidValue(path, internalForm(successPolicy), 'requires indexed completion mode')];
  const rules = successPolicy?.rules ?? [];
  const errors: FieldError[] = [];
  if (rules.length === 0) {
    errors.push(required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified'));
  }
  if (rules.length > maxRules) errors.push(tooMany(`${path}.rules`, rules.length, maxRules));
  return [
    ...errors,
    ...rules.flatMap((rule, index) => validateRule(rule, completions ?? 0, `${path}.rules[${index}]`)),
  ];
}

function validateRule(
  { succeededCount, succeededIndexes }: Wire<V1SuccessPolicyRule>,
  completions: number,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (succeededCount === undefined && succeededIndexes === undefined) {
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  const { total, problem } = parseIndexes(succeededIndexes ?? '', completions);
  if (succeededIndexes !== undefined) {
    const at = `${path}.succeededIndexes`;
    if (succeededIndexes.length > maxIndexesLength) errors.push(tooLong(at, maxIndexesLength));
    if (problem) errors.push(invalidValue(at, succeededIndexes, `error parsing succeededIndexes: ${problem}`));
  }
  if (succeededCount === undefined) return errors;
  const at = `${path}.succeededCount`;
  errors.push(...validateNonNegative(succeededCount, at));
  if (succeededCount > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
    errors.push(invalidValue(at, succeededCount, detail));
  }
  if (succeededIndexes !== undefined && succeededCount > total) {
    const what = 'the number of indexes in the specified succeededIndexes field';
    errors.push(invalidValue(at, succeededCount, `must be less than or equal to ${total} (${what})`));
  }
  return errors;
}

/** Structs in error messages are Kubernetes' internal ones. */
function internalForm(policy: JobSpec['successPolicy']): object {
  const rules = (policy?.rules ?? []).map(({ succeededIndexes = null, succeededCount = null }) => ({
    SucceededIndexes: succeededIndexes,
    SucceededCount: succeededCount,
  }));
  return { Rules: rules };
}
