import type { KubernetesObject } from '../../../../shared/api/object.ts';
import {
  type Bindings,
  type Budget,
  ComposedVariables,
  evaluateMatchConditions,
  type MatchOutcome,
  objectValue,
} from '../../../../shared/cel/cel.ts';
import type { RequestView } from '../request-view.ts';
import type { CompiledHead } from './compile.ts';

/** The variables of a policy's expressions: those of the request, the parameters, and the policy's own. */
export function policyBindings(
  { composition }: CompiledHead,
  bindings: Bindings,
  { param, budget }: { param: KubernetesObject | undefined; budget: Budget },
): Bindings {
  const all = { ...bindings, params: objectValue(param) };
  return { ...all, variables: new ComposedVariables(composition, all, budget) };
}

export function meetsConditions(
  compiled: CompiledHead,
  { conditionBindings }: RequestView,
  param: KubernetesObject | undefined,
): MatchOutcome {
  const bind = (budget: Budget) => policyBindings(compiled, conditionBindings, { param, budget });
  return evaluateMatchConditions(compiled.conditions, bind);
}
