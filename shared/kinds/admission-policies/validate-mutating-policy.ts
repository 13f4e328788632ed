import type { V1Mutation } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue, notSupported, required } from '../../api/field-errors.ts';
import type { MutatingAdmissionPolicy, Wire } from '../../api/object.ts';
import { APPLY_CONFIGURATION, JSON_PATCH_LIST } from '../../cel/cel.ts';
import { validateExpression } from './validate-expressions.ts';
import { validateMutableOperations } from './validate-match-resources.ts';
import { validatePolicyHead, validateVariables } from './validate-policy.ts';

type Mutation = Wire<V1Mutation>;

const reinvocationPolicies = ['IfNeeded', 'Never'];

/** The two ways to write a change. Exactly the one that is named is given. */
const patchTypes = {
  ApplyConfiguration: { field: 'applyConfiguration', wanted: APPLY_CONFIGURATION },
  JSONPatch: { field: 'jsonPatch', wanted: JSON_PATCH_LIST },
} as const;

export function validateMutatingPolicy({ spec = {} }: MutatingAdmissionPolicy): FieldError[] {
  const { matchConstraints, mutations = [], reinvocationPolicy } = spec;
  const errors = validatePolicyHead(spec, (path) => validateMutableOperations(matchConstraints, path));
  const variables = validateVariables({ ...spec, mutations });
  errors.push(...variables.errors);
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  const environment = variables.environment({ authorizer: true, patches: true });
  for (const [index, mutation] of mutations.entries()) {
    errors.push(...validateMutation(mutation, `spec.mutations[${index}]`, environment));
  }
  if (!reinvocationPolicy) errors.push(required('spec.reinvocationPolicy'));
  else if (!reinvocationPolicies.includes(reinvocationPolicy)) {
    errors.push(notSupported('spec.reinvocationPolicy', reinvocationPolicy, reinvocationPolicies));
  }
  return errors;
}

function validateMutation(
  mutation: Mutation,
  path: string,
  environment: Parameters<typeof validateExpression>[2]['environment'],
): FieldError[] {
  const { patchType } = mutation;
  if (!patchType) return [required(`${path}.patchType`)];
  if (patchType !== 'ApplyConfiguration' && patchType !== 'JSONPatch') {
    return [notSupported(`${path}.patchType`, patchType, Object.keys(patchTypes))];
  }
  const { field, wanted } = patchTypes[patchType];
  const given = mutation[field];
  const errors = given
    ? validateExpression(given.expression, `${path}.${field}.expression`, { environment, wanted: [wanted] })
    : [required(`${path}.${field}`, `must be specified when patchType is ${patchType}`)];
  const other = field === 'jsonPatch' ? 'applyConfiguration' : 'jsonPatch';
  if (mutation[other]) {
    errors.push(invalidValue(`${path}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`));
  }
  return errors;
}
