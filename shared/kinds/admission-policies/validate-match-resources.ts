import type { V1NamedRuleWithOperations } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { MatchResources, Wire } from '../../api/object.ts';
import { checkPathSegmentName } from '../../api/validation.ts';
import { validateAdmissionRule } from '../admission-webhooks/validate-rules.ts';
import { validateLabelSelector } from '../pod-spec/validate-label-selector.ts';

const matchPolicies = ['Equivalent', 'Exact'];

/** Which requests a policy or a binding is about. */
export function validateMatchResources(match: MatchResources | undefined, path: string): FieldError[] {
  if (!match) return [];
  const { matchPolicy, namespaceSelector, objectSelector } = match;
  const errors: FieldError[] = [];
  if (matchPolicy === undefined) errors.push(required(`${path}.matchPolicy`));
  else if (!matchPolicies.includes(matchPolicy)) {
    errors.push(notSupported(`${path}.matchPolicy`, matchPolicy, matchPolicies));
  }
  return [
    ...errors,
    ...validateSelector(namespaceSelector, `${path}.namespaceSelector`),
    ...validateSelector(objectSelector, `${path}.objectSelector`),
    ...(match.resourceRules ?? []).flatMap((rule, index) => validateRule(rule, `${path}.resourceRules[${index}]`)),
    ...(match.excludeResourceRules ?? []).flatMap((rule, index) =>
      validateRule(rule, `${path}.excludeResourceRules[${index}]`),
    ),
  ];
}

function validateSelector(selector: MatchResources['namespaceSelector'], path: string): FieldError[] {
  return selector ? validateLabelSelector(selector, path) : [required(path)];
}

function validateRule(rule: Wire<V1NamedRuleWithOperations>, path: string): FieldError[] {
  const names = new Set<string>();
  const errors = (rule.resourceNames ?? []).flatMap((name, index) => {
    const at = `${path}.resourceNames[${index}]`;
    const found = invalidValues(at, name, checkPathSegmentName(name));
    if (names.has(name)) found.push(duplicate(at, name));
    names.add(name);
    return found;
  });
  return [...errors, ...validateAdmissionRule(rule, path)];
}

const mutableOperations = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

/** What is deleted cannot be changed any more. */
export function validateMutableOperations(match: MatchResources | undefined, path: string): FieldError[] {
  return (match?.resourceRules ?? []).flatMap(({ operations = [] }) =>
    operations.flatMap((operation) =>
      mutableOperations.includes(operation)
        ? []
        : [notSupported(`${path}.resourceRules.operations`, operation, mutableOperations)],
    ),
  );
}
