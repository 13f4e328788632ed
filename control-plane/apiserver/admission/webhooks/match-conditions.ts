import { forbidden } from '../../../../shared/api/errors.ts';
import {
  admissionEnvironment,
  compileMatchConditions,
  type Environment,
  evaluateMatchConditions,
  type MatchCondition,
} from '../../../../shared/cel/cel.ts';
import type { Authorizer } from '../../auth/authorize.ts';
import { expressionAuthorizer } from '../expression-authorizer.ts';
import { viewOf } from '../request-view.ts';
import type { Hook } from './hooks.ts';
import type { MatchConditions } from './match.ts';

let environment: Environment | undefined;
const compiled = new WeakMap<Hook, readonly MatchCondition[]>();

/** Evaluates the match conditions of webhooks. One that is false decides, whatever becomes of the others. */
export function createMatchConditions(authorizer: Authorizer): MatchConditions {
  return (hook, request, { form }) => {
    const view = viewOf(request, form, expressionAuthorizer(authorizer, request.user));
    const outcome = evaluateMatchConditions(conditionsOf(hook), () => view.conditionBindings);
    if ('matches' in outcome) return outcome.matches;
    if (hook.webhook.failurePolicy === 'Ignore') return false;
    throw forbidden(
      { group: request.served.group, resource: request.served.plural, name: request.name },
      outcome.error,
    );
  };
}

/** Compiled once for each form of the webhook. */
function conditionsOf(hook: Hook): readonly MatchCondition[] {
  const known = compiled.get(hook);
  if (known) return known;
  environment ??= admissionEnvironment({ authorizer: true });
  const conditions = compileMatchConditions(hook.webhook.matchConditions ?? [], environment);
  compiled.set(hook, conditions);
  return conditions;
}
