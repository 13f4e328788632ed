import { forbidden, StatusError } from '../../../../shared/api/errors.ts';
import type { KubernetesObject, Pod, PodDisruptionBudget } from '../../../../shared/api/object.ts';
import { labelSelectorFromObject } from '../../../../shared/api/selectors.ts';
import {
  allowanceCondition,
  syncFailed,
  withAllowance,
} from '../../../../shared/kinds/pod-disruption-budget/allowance.ts';
import type { WriteContext } from '../write-context.ts';

const budgets = 'poddisruptionbudgets.policy';
/** Evictions that the controller has not seen the end of. */
const maxDisrupted = 2000;
const refusal = "Cannot evict pod as it would violate the pod's disruption budget.";

/**
 * Takes this eviction off the budget of the Pod, if it has one, together with the next change of the Pod; throws where
 * the budget does not allow it.
 */
export function spendBudget(context: WriteContext, pod: Pod): void {
  if (isNotGuarded(pod)) return;
  const found = budgetsOf(context, pod);
  if (found.length > 1) {
    const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw new StatusError('InternalError', message);
  }
  const [budget] = found;
  if (!budget || isHarmless(pod, budget)) return;
  checkBudget(budget);
  const podName = pod.metadata.name ?? '';
  const key = { resource: budgets, namespace: context.namespace, name: budget.metadata.name ?? '' };
  context.alongside.push({ key, change: (object) => spend(object, podName, context.strategy.now) });
}

/** Where nothing runs, nothing is disrupted. */
function isNotGuarded({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined || ['Succeeded', 'Failed', 'Pending'].includes(status?.phase ?? '');
}

function budgetsOf({ strategy, namespace }: WriteContext, pod: Pod): PodDisruptionBudget[] {
  const all = strategy.list(budgets, namespace) as readonly KubernetesObject[] as readonly PodDisruptionBudget[];
  return all.filter(
    ({ spec }) => spec?.selector && labelSelectorFromObject(spec.selector).matches(pod.metadata.labels),
  );
}

/** A Pod that is not ready was not counted: it may go while enough others are, or always if the budget says so. */
function isHarmless(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  if (pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'))
    return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

function checkBudget({ metadata, status }: PodDisruptionBudget): void {
  const name = metadata.name ?? '';
  const subject = { group: 'policy', resource: 'poddisruptionbudget', name };
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  const allowed = status?.disruptionsAllowed ?? 0;
  if (allowed < 0) throw forbidden(subject, 'pdb disruptions allowed is negative');
  if (Object.keys(status?.disruptedPods ?? {}).length > maxDisrupted) {
    throw forbidden(subject, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  }
  if (allowed === 0) throw tooMany(whyNot(name, status));
}

function whyNot(name: string, status: PodDisruptionBudget['status']): string {
  const budget = `The disruption budget ${name}`;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  const condition = status && allowanceCondition(status);
  const told = condition?.status === 'False' && condition.message !== '' ? condition : undefined;
  if (told?.reason === syncFailed) {
    return `${budget} does not allow evicting pods currently because it failed sync: ${told.message}`;
  }
  if (currentHealthy <= desiredHealthy)
    return `${budget} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  if (told) return `${budget} does not allow evicting pods currently (${told.reason}): ${told.message}`;
  return `${budget} does not allow evicting pods currently`;
}

function tooMany(message: string, retryAfterSeconds?: number): StatusError {
  const causes = [{ reason: 'DisruptionBudget', message }];
  return new StatusError('TooManyRequests', refusal, { causes, ...(retryAfterSeconds ? { retryAfterSeconds } : {}) });
}

/** The controller is told whom it need not count any more, although the Pod may take its time to go. */
function spend(object: KubernetesObject, podName: string, now: string): void {
  const budget = object as PodDisruptionBudget;
  if (!budget.status) return;
  const { disruptedPods, disruptionsAllowed } = budget.status;
  const status = {
    ...budget.status,
    disruptionsAllowed: (disruptionsAllowed ?? 0) - 1,
    disruptedPods: { ...disruptedPods, [podName]: now },
  };
  budget.status = status.disruptionsAllowed > 0 ? status : { ...status, conditions: withAllowance(status, now) };
}
