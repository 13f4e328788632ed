import type { FieldError } from '../../api/errors.ts';
import { invalidValue, notSupported, required } from '../../api/field-errors.ts';
import type { MutatingAdmissionPolicy, ValidatingAdmissionPolicy } from '../../api/object.ts';
import { admissionEnvironment, type Composition, compileVariables, type Environment } from '../../cel/cel.ts';
import { validateMatchConditions } from '../admission-webhooks/validate-match-conditions.ts';
import { validateVariableName } from './validate-expressions.ts';
import { validateMatchResources } from './validate-match-resources.ts';
import { validateParamKind } from './validate-params.ts';

type PolicySpec = NonNullable<ValidatingAdmissionPolicy['spec']> | NonNullable<MutatingAdmissionPolicy['spec']>;

const failurePolicies = ['Fail', 'Ignore'];

/** What policies of both sorts begin with; `validateConstraints` is for what only one of them asks of its constraints. */
export function validatePolicyHead(
  spec: PolicySpec,
  validateConstraints: (path: string) => FieldError[] = () => [],
): FieldError[] {
  const { failurePolicy, paramKind, matchConstraints, matchConditions = [] } = spec;
  const errors: FieldError[] = [];
  if (failurePolicy === undefined) errors.push(required('spec.failurePolicy'));
  else if (!failurePolicies.includes(failurePolicy)) {
    errors.push(notSupported('spec.failurePolicy', failurePolicy, failurePolicies));
  }
  if (paramKind) errors.push(...validateParamKind(paramKind, 'spec.paramKind'));
  if (!matchConstraints) errors.push(required('spec.matchConstraints'));
  else {
    errors.push(...validateMatchResources(matchConstraints, 'spec.matchConstraints'));
    if (!matchConstraints.resourceRules?.length) errors.push(required('spec.matchConstraints.resourceRules'));
    errors.push(...validateConstraints('spec.matchConstraints'));
  }
  const environment = () => admissionEnvironment({ params: paramKind !== undefined, authorizer: true });
  return [...errors, ...validateMatchConditions(matchConditions, 'spec.matchConditions', environment)];
}

/** Variables, and what the other expressions can speak of. */
export function validateVariables(spec: PolicySpec): {
  errors: FieldError[];
  environment(options: { authorizer: boolean; patches?: boolean }): Environment;
} {
  const params = spec.paramKind !== undefined;
  const given = spec.variables ?? [];
  const named = given.map(({ name = '', expression = '' }) => ({ name, expression }));
  const usable = named.filter(({ expression }) => expression.trim() !== '');
  const composition = compileVariables(usable, { params, authorizer: true });
  const errors = named.flatMap(({ name, expression }, index) => {
    const path = `spec.variables[${index}]`;
    return [
      ...validateVariableName(name, `${path}.name`),
      ...validateVariable(composition, { name, expression }, `${path}.expression`),
    ];
  });
  const variables = given.length > 0 || 'mutations' in spec ? composition.type : undefined;
  return {
    errors,
    environment: (options) => admissionEnvironment({ params, ...options, ...(variables ? { variables } : {}) }),
  };
}

function validateVariable(
  composition: Composition,
  { name, expression }: { name: string; expression: string },
  path: string,
): FieldError[] {
  if (expression.trim() === '') return [required(path, 'expression is not specified')];
  const compiled = composition.variables.get(name)?.compiled;
  return compiled && 'problem' in compiled ? [invalidValue(path, expression, compiled.problem)] : [];
}
