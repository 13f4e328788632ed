import { StatusError } from '../../../../shared/api/errors.ts';
import { goQuote } from '../../../../shared/api/go-format.ts';
import { type JsonObject, jsonEqual } from '../../../../shared/api/json.ts';
import type {
  KubernetesObject,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
} from '../../../../shared/api/object.ts';
import {
  CelRuntimeError,
  type ExpressionAuthorizer,
  evaluateExpression,
  OutOfBudget,
  requestBudget,
} from '../../../../shared/cel/cel.ts';
import type { KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import { schemaOf } from '../../../../shared/schema/registry.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.ts';
import { expressionAuthorizer } from '../expression-authorizer.ts';
import { plain, replaceContent } from '../object-content.ts';
import { refusal } from '../refuse.ts';
import { Reinvocation } from '../reinvocation.ts';
import { viewOf } from '../request-view.ts';
import { reviewRequest } from '../webhooks/review.ts';
import type { CompiledMutating } from './compile.ts';
import { meetsConditions, policyBindings } from './evaluation.ts';
import { invocationsFor } from './invocations.ts';
import { applyConfiguration, applyPatchOperations, MutationError } from './patches.ts';
import type { PolicySource } from './source.ts';
import type { PolicyDeps } from './validating.ts';

type Policy = MutatingAdmissionPolicy;
type Binding = MutatingAdmissionPolicyBinding;

export type MutatingPolicies = PolicySource<Policy, Binding, CompiledMutating>;

const name = 'MutatingAdmissionPolicy';

/** Applies the MutatingAdmissionPolicies that a request is meant for: each sees what the one before has made. */
export function mutatingPolicies(deps: PolicyDeps, source: MutatingPolicies): AdmissionPlugin {
  return {
    name,
    operations: ['CREATE', 'UPDATE', 'CONNECT'],
    subresources: 'all',
    admit(request) {
      if (source.active.length === 0 || request.kind.admittedByWebhooks === false) return;
      const round = Reinvocation.begin(request, name);
      const errors: PolicyError[] = [];
      const authorizer = expressionAuthorizer(deps.authorizer, request.user);
      // Whom the request is meant for does not depend on what the policies make of it.
      for (const { policy, binding, ...call } of callsFor(deps, source, request, errors)) {
        const id = JSON.stringify([policy.metadata.name, binding.metadata.name, paramName(call.param)]);
        if (!round.isDue(id)) continue;
        const outcome = mutate(request, authorizer, call);
        errors.push(...outcome.errors.map((message) => ({ policy, binding, message, isInvalid: true })));
        const isRepeatable = outcome.isMeant && policy.spec?.reinvocationPolicy === 'IfNeeded';
        round.asked(id, { hasChanged: outcome.hasChanged, isRepeatable });
      }
      round.end();
      refuseFailed(request, errors);
    },
  };
}

interface PolicyError {
  policy: Policy;
  binding?: Binding | undefined;
  message: string;
  /** The mutation failed, rather than the way in which the policy is set up. */
  isInvalid: boolean;
}

interface Call {
  compiled: CompiledMutating;
  form: KindDefinition;
  param: KubernetesObject | undefined;
}

function callsFor(
  deps: PolicyDeps,
  source: MutatingPolicies,
  request: AdmissionRequest,
  errors: PolicyError[],
): (Call & { policy: Policy; binding: Binding })[] {
  const calls: (Call & { policy: Policy; binding: Binding })[] = [];
  for (const found of invocationsFor(deps.kinds, source.active, request)) {
    if ('misconfigured' in found) {
      const { bound, binding, message } = found.misconfigured;
      errors.push({ policy: bound.policy, binding, message, isInvalid: false });
      continue;
    }
    const { bound, binding, form, params } = found.invocation;
    const compiled = bound.compiled();
    for (const param of params) calls.push({ policy: bound.policy, binding, compiled, form, param });
  }
  return calls;
}

function paramName(param: KubernetesObject | undefined): string {
  return param ? `${param.metadata.namespace ?? ''}/${param.metadata.name}` : '';
}

interface Outcome {
  /** The match conditions are met. */
  isMeant: boolean;
  hasChanged: boolean;
  errors: readonly string[];
}

/** All mutations of a policy, in order. One that fails leaves the others their turn. */
function mutate(request: AdmissionRequest, authorizer: ExpressionAuthorizer, call: Call): Outcome {
  const { compiled, form, param } = call;
  const conditions = meetsConditions(compiled, viewOf(request, form, authorizer), param);
  if ('error' in conditions) return { isMeant: false, hasChanged: false, errors: [conditions.error] };
  if (!conditions.matches || !request.object) return { isMeant: conditions.matches, hasChanged: false, errors: [] };
  const errors: string[] = [];
  let hasChanged = false;
  for (const index of compiled.mutations.keys()) {
    try {
      hasChanged = apply(request, authorizer, { ...call, index }) || hasChanged;
    } catch (error) {
      if (!isMistakeOfPolicy(error)) throw error;
      errors.push(error.message);
    }
  }
  return { isMeant: true, hasChanged, errors };
}

function isMistakeOfPolicy(error: unknown): error is Error {
  return (
    error instanceof MutationError ||
    error instanceof OutOfBudget ||
    error instanceof CelRuntimeError ||
    error instanceof StatusError
  );
}

/** True when the object is another afterwards. */
function apply(
  request: AdmissionRequest,
  authorizer: ExpressionAuthorizer,
  { compiled, form, param, index }: Call & { index: number },
): boolean {
  const { patchType, expression } = compiled.mutations[index]!;
  const { object, type, kind } = request;
  if (!object) return false;
  const budget = { left: requestBudget };
  const bindings = policyBindings(compiled, viewOf(request, form, authorizer).bindings, { param, budget });
  const outcome = evaluateExpression(expression, bindings, budget);
  if ('error' in outcome) throw new MutationError(outcome.error);
  const before = plain(reviewRequest(request, { form }).object) as JsonObject;
  const schema = schemaOf(type === kind ? form : { schema: schemaName(type) });
  const after =
    patchType === 'JSONPatch'
      ? applyPatchOperations(before, outcome.value)
      : applyConfiguration(schema, before, outcome.value);
  if (jsonEqual(before, after)) return false;
  const next = request.decode(after, form);
  const hasChanged = !jsonEqual(plain(object), plain(next));
  replaceContent(object, next);
  return hasChanged;
}

/** Of the body of a subresource: `V1Scale`. */
function schemaName({ version, kind }: AdmissionRequest['type']): string {
  return `${version[0]!.toUpperCase()}${version.slice(1)}${kind}`;
}

/** A policy that fails refuses the request unless it says otherwise. Unlike other refusals this one begins with the policy. */
function refuseFailed(request: AdmissionRequest, errors: readonly PolicyError[]): void {
  const failed = errors.filter(({ policy }) => policy.spec?.failurePolicy !== 'Ignore');
  if (failed.length === 0) return;
  const messages = failed.map(describe);
  const { details, code } = refusal(request, 'admission request denied by policy');
  const reason = failed[0]!.isInvalid ? 'Invalid' : 'Forbidden';
  const causes = messages.map((message) => ({ message }));
  throw new StatusError(reason, messages[0]!, { ...details, causes }, code);
}

function describe({ policy, binding, message }: PolicyError): string {
  if (!binding) return `policy ${goQuote(policy.metadata.name ?? '')} denied request: ${message}`;
  return `policy '${policy.metadata.name}' with binding '${binding.metadata.name}' denied request: ${message}`;
}
