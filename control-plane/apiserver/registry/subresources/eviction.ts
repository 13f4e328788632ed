import { badRequest, notFound } from '../../../../shared/api/errors.ts';
import type { DeleteOptions, KubernetesObject, Pod, PodCondition } from '../../../../shared/api/object.ts';
import { admitBody } from '../admission-request.ts';
import { decodeAs } from '../decoding.ts';
import { checkDeletePreconditions, deleteObject } from '../delete.ts';
import { successOutcome } from '../outcome.ts';
import { replace } from '../pipeline.ts';
import { keyOf, subjectOf, type WriteContext } from '../write-context.ts';
import { spendBudget } from './disruption-budget.ts';
import type { Subresource } from './subresource.ts';

interface Eviction extends KubernetesObject {
  deleteOptions?: DeleteOptions;
}

const type = { group: 'policy', version: 'v1', kind: 'Eviction', schema: 'V1Eviction' };

/** `pods/NAME/eviction`: a deletion that says on the Pod what it is, and that PodDisruptionBudgets may refuse. */
export const eviction: Subresource = {
  create(context, request) {
    const { name } = request;
    const body = decodeAs<Eviction>(context, type, request);
    if (body.metadata?.name && body.metadata.name !== name) {
      throw badRequest(`name in URL does not match name in Eviction object`);
    }
    const options = body.deleteOptions ?? {};
    const dryRun = context.options.dryRun || (options.dryRun?.length ?? 0) > 0;
    const within: WriteContext = { ...context, options: { ...context.options, dryRun } };
    admitBody(within, { object: body, type, name, subresource: 'eviction' });
    evict(within, name, options);
    return successOutcome(context);
  },
};

function evict(context: WriteContext, name: string, options: DeleteOptions): void {
  const key = keyOf(context, name);
  const stored = context.tx.get(key);
  if (!stored) throw notFound(subjectOf(context.kind, name));
  const current = JSON.parse(stored.json) as Pod;
  checkDeletePreconditions(context, current.metadata, options);
  spendBudget(context, current);
  const next = JSON.parse(stored.json) as Pod;
  setDisrupted(next, context.strategy.now);
  replace(context, key, { stored, current, next });
  // The version that it was to have is that of before.
  const { resourceVersion: _checked, ...preconditions } = options.preconditions ?? {};
  deleteObject(context, name, { ...options, preconditions });
}

function setDisrupted(pod: Pod, now: string): void {
  const conditions = pod.status?.conditions ?? [];
  const known = conditions.find((condition) => condition.type === 'DisruptionTarget');
  const said = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' };
  const lastTransitionTime = known?.status === 'True' ? known.lastTransitionTime : now;
  const condition = { ...said, message: 'Eviction API: evicting', lastProbeTime: null, lastTransitionTime };
  // `lastProbeTime` is written as null by Kubernetes, which the types of the client do not know.
  const others = conditions.filter((one) => one !== known);
  pod.status = { ...pod.status, conditions: [...others, condition as unknown as PodCondition] };
}
