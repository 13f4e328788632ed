import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { MutatingAdmissionPolicyBinding, ValidatingAdmissionPolicyBinding } from '../../api/object.ts';
import { checkDNS1123Subdomain } from '../../api/validation.ts';
import { validateMatchResources, validateMutableOperations } from './validate-match-resources.ts';
import { validateParamRef } from './validate-params.ts';

type Binding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding;

const actions = ['Audit', 'Deny', 'Warn'];

function validateBinding({ spec = {} }: Binding): FieldError[] {
  const { policyName, paramRef, matchResources } = spec;
  const errors = policyName
    ? invalidValues('spec.policyName', policyName, checkDNS1123Subdomain(policyName))
    : [required('spec.policyName')];
  return [
    ...errors,
    ...validateParamRef(paramRef, 'spec.paramRef'),
    ...validateMatchResources(matchResources, 'spec.matchResources'),
  ];
}

export function validateValidatingBinding(binding: ValidatingAdmissionPolicyBinding): FieldError[] {
  return [
    ...validateBinding(binding),
    ...validateActions(binding.spec?.validationActions ?? [], 'spec.validationActions'),
  ];
}

export function validateMutatingBinding(binding: MutatingAdmissionPolicyBinding): FieldError[] {
  const { matchResources } = binding.spec ?? {};
  return [...validateBinding(binding), ...validateMutableOperations(matchResources, 'spec.matchResources')];
}

function validateActions(given: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, action] of given.entries()) {
    if (!actions.includes(action)) errors.push(notSupported(`${path}[${index}]`, action, actions));
    if (seen.has(action)) errors.push(duplicate(`${path}[${index}]`, action));
    seen.add(action);
  }
  if (seen.has('Deny') && seen.has('Warn')) {
    const why =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(invalidValue(path, given, why));
  }
  if (seen.size === 0) errors.push(required(path, 'at least one validation action is required'));
  return errors;
}
