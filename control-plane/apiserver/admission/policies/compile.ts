import type { MutatingAdmissionPolicy, ValidatingAdmissionPolicy } from '../../../../shared/api/object.ts';
import {
  APPLY_CONFIGURATION,
  admissionEnvironment,
  BOOL,
  type Composition,
  compileFor,
  compileMatchConditions,
  compileVariables,
  type Expression,
  JSON_PATCH_LIST,
  type MatchCondition,
  NULL,
  STRING,
} from '../../../../shared/cel/cel.ts';
import type { Policy } from './source.ts';

/** What policies of both sorts have. */
export interface CompiledHead {
  composition: Composition;
  conditions: readonly MatchCondition[];
}

export interface CompiledValidating extends CompiledHead {
  validations: readonly { expression: Expression; message?: Expression }[];
  auditAnnotations: readonly { key: string; expression: Expression }[];
}

export interface CompiledMutating extends CompiledHead {
  mutations: readonly { patchType: 'ApplyConfiguration' | 'JSONPatch'; expression: Expression }[];
}

function compileHead({ spec = {} }: Policy) {
  const params = spec.paramKind !== undefined;
  const given = (spec.variables ?? []).map(({ name = '', expression = '' }) => ({ name, expression }));
  const composition = compileVariables(given, { params, authorizer: true });
  const environment = (options: { authorizer: boolean; patches?: boolean }) =>
    admissionEnvironment({ params, variables: composition.type, ...options });
  const conditions = compileMatchConditions(spec.matchConditions ?? [], environment({ authorizer: true }));
  return { composition, conditions, environment };
}

export function compileValidatingPolicy(policy: ValidatingAdmissionPolicy): CompiledValidating {
  const { composition, conditions, environment } = compileHead(policy);
  const { validations = [], auditAnnotations = [] } = policy.spec ?? {};
  const main = environment({ authorizer: true });
  return {
    composition,
    conditions,
    validations: validations.map(({ expression, messageExpression }) => ({
      expression: compileFor(expression, main, [BOOL]),
      ...(messageExpression
        ? { message: compileFor(messageExpression, environment({ authorizer: false }), [STRING]) }
        : {}),
    })),
    auditAnnotations: auditAnnotations.map(({ key, valueExpression }) => ({
      key,
      expression: compileFor(valueExpression, main, [STRING, NULL]),
    })),
  };
}

export function compileMutatingPolicy(policy: MutatingAdmissionPolicy): CompiledMutating {
  const { composition, conditions, environment } = compileHead(policy);
  const patching = environment({ authorizer: true, patches: true });
  return {
    composition,
    conditions,
    mutations: (policy.spec?.mutations ?? []).map(({ patchType, applyConfiguration, jsonPatch }) =>
      patchType === 'JSONPatch'
        ? { patchType, expression: compileFor(jsonPatch?.expression ?? '', patching, [JSON_PATCH_LIST]) }
        : {
            patchType: 'ApplyConfiguration',
            expression: compileFor(applyConfiguration?.expression ?? '', patching, [APPLY_CONFIGURATION]),
          },
    ),
  };
}
