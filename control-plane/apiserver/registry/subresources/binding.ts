import { badRequest, conflict, type FieldError, invalid, notFound } from '../../../../shared/api/errors.ts';
import type { Binding, Pod, PodCondition } from '../../../../shared/api/object.ts';
import { fieldErrors } from '../../../../shared/api/validation.ts';
import { admitBody } from '../admission-request.ts';
import { decodeAs } from '../decoding.ts';
import { successOutcome } from '../outcome.ts';
import { replace } from '../pipeline.ts';
import { keyOf, subjectOf, type WriteContext } from '../write-context.ts';
import type { Subresource } from './subresource.ts';

const type = { group: '', version: 'v1', kind: 'Binding', schema: 'V1Binding' };

/** `pods/NAME/binding`: assigns a Pod to a node, once. */
export const binding: Subresource = {
  create(context, request) {
    const body = decodeAs<Binding>(context, type, request);
    if (body.metadata?.name && body.metadata.name !== request.name) {
      throw badRequest('name in URL does not match name in Binding object');
    }
    refuseInvalid(body, request.name);
    admitBody(context, { object: body, type, name: request.name, subresource: 'binding' });
    bindPod(context, request.name, body);
    return successOutcome(context);
  },
};

/** Field managers take no part: binding is not a wish about a field, it is a fact. */
function bindPod(context: WriteContext, name: string, body: Binding): void {
  const key = keyOf(context, name);
  const stored = context.tx.get(key);
  if (!stored) throw notFound(subjectOf(context.kind, name));
  const current = JSON.parse(stored.json) as Pod;
  refuseConflict(current, body);
  const next = JSON.parse(stored.json) as Pod;
  next.spec = { ...(next.spec ?? { containers: [] }), nodeName: body.target.name };
  const { annotations, labels } = body.metadata ?? {};
  if (annotations) next.metadata.annotations = { ...next.metadata.annotations, ...annotations };
  if (labels) next.metadata.labels = { ...next.metadata.labels, ...labels };
  setScheduled(next, context.strategy.now);
  replace(context, key, { stored, current, next });
}

function refuseInvalid({ target }: Binding, name: string): void {
  const errors: FieldError[] = [];
  if (target?.kind && target.kind !== 'Node') {
    errors.push(fieldErrors.notSupported('target.kind', target.kind, ['Node', '<empty>']));
  }
  if (!target?.name) errors.push(fieldErrors.required('target.name'));
  if (errors.length > 0) throw invalid({ resource: 'bindings', kind: 'Binding', name }, errors);
}

function refuseConflict(pod: Pod, body: Binding): void {
  const { name = '', uid, resourceVersion, deletionTimestamp } = pod.metadata;
  const refuse = (why: string) => {
    throw conflict({ resource: 'pods/binding', name }, why);
  };
  const wanted = body.metadata ?? {};
  if (wanted.uid && wanted.uid !== uid) {
    refuse(`Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uid}`);
  }
  if (wanted.resourceVersion && wanted.resourceVersion !== resourceVersion) {
    refuse(
      `Precondition failed: ResourceVersion in precondition: ${wanted.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`,
    );
  }
  if (deletionTimestamp) refuse(`pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec?.nodeName) refuse(`pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  if (pod.spec?.schedulingGates?.length) refuse(`pod ${name} has non-empty .spec.schedulingGates`);
}

function setScheduled(pod: Pod, now: string): void {
  const conditions = pod.status?.conditions ?? [];
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now };
  // `lastProbeTime` is written as null by Kubernetes, which the types of the client do not know.
  const condition = scheduled as unknown as PodCondition;
  const others = conditions.filter(({ type }) => type !== condition.type);
  // Where it was to go says nothing any more.
  const { nominatedNodeName: _, ...status } = pod.status ?? {};
  pod.status = { ...status, conditions: [...others, condition] };
}
