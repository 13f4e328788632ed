import { forbidden } from '../../../../shared/api/errors.ts';
import type { Json } from '../../../../shared/api/json.ts';
import {
  AUTHORIZER,
  authorizerValue,
  CelError,
  compileExpression,
  createEnvironment,
  DYN,
  type Environment,
  type ExpressionAuthorizer,
  evaluate,
  fromJson,
  matchConditionsBudget,
  type Program,
  RESOURCE_CHECK,
  resourceCheckValue,
} from '../../../../shared/cel/cel.ts';
import type { Authorizer } from '../../auth/authorize.ts';
import type { UserInfo } from '../../registry/registry.ts';
import type { Hook } from './hooks.ts';
import type { MatchConditions } from './match.ts';
import { reviewRequest } from './review.ts';

let environment: Environment | undefined;
const programs = new WeakMap<Hook, (Program | CelError)[]>();

/** Evaluates the match conditions of webhooks. One that is false decides, whatever becomes of the others. */
export function createMatchConditions(authorizer: Authorizer): MatchConditions {
  return (hook, request, target) => {
    const { object, oldObject, ...rest } = reviewRequest(request, target);
    const answers = authorizerOf(authorizer, request.user);
    const { group, plural: resource } = target.form;
    const { namespace, name, subresource } = request;
    const check = { group, resource, ...(subresource ? { subresource } : {}), namespace, name };
    const variables = {
      object: fromJson((object ?? null) as Json),
      oldObject: fromJson((oldObject ?? null) as Json),
      request: fromJson(rest as unknown as Json),
      authorizer: authorizerValue(answers),
      'authorizer.requestResource': resourceCheckValue(answers, check),
    };
    const outcome = judge(hook, variables);
    if (typeof outcome === 'boolean') return outcome;
    if (hook.webhook.failurePolicy === 'Ignore') return false;
    throw forbidden({ group: request.served.group, resource: request.served.plural, name: request.name }, outcome);
  };
}

/** True, false, or why it cannot be said. */
function judge(hook: Hook, variables: Parameters<typeof evaluate>[1]): boolean | string {
  const errors: string[] = [];
  let costLimit = matchConditionsBudget;
  for (const [index, program] of programsOf(hook).entries()) {
    const expression = hook.webhook.matchConditions?.[index]?.expression ?? '';
    try {
      if (program instanceof CelError) throw program;
      const { value, cost } = evaluate(program, variables, { costLimit });
      costLimit -= cost;
      if (value === false) return false;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      errors.push(`expression '${expression}' resulted in error: ${error.message}`);
    }
  }
  if (errors.length === 0) return true;
  return errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`;
}

function programsOf(hook: Hook): (Program | CelError)[] {
  const known = programs.get(hook) ?? (hook.webhook.matchConditions ?? []).map(({ expression }) => compile(expression));
  programs.set(hook, known);
  return known;
}

function compile(expression: string): Program | CelError {
  const types = { object: DYN, oldObject: DYN, request: DYN };
  environment ??= createEnvironment({
    variables: { ...types, authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK },
  });
  try {
    return compileExpression(expression, environment);
  } catch (error) {
    if (error instanceof CelError) return error;
    throw error;
  }
}

function authorizerOf(authorizer: Authorizer, user: UserInfo): ExpressionAuthorizer {
  return ({ serviceAccount, verb, path, ...resource }) => {
    const who = serviceAccount ? serviceAccountUser(serviceAccount) : user;
    const { group = '', resource: plural = '', subresource = '', namespace = '', name = '' } = resource;
    const attributes =
      path === undefined ? { verb, group, resource: plural, subresource, namespace, name } : { verb, path };
    const { allowed, reason = '' } = authorizer.authorize(who, attributes);
    return { allowed, reason };
  };
}

function serviceAccountUser({ namespace, name }: { namespace: string; name: string }): UserInfo {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return { name: `system:serviceaccount:${namespace}:${name}`, groups };
}
