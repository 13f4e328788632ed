import type { StatusError } from '../../shared/api/errors.ts';
import { jsonEqual } from '../../shared/api/json.ts';
import type { Job, Pod } from '../../shared/api/object.ts';
import { type LabelSelector, labelSelectorFromObject } from '../../shared/api/selectors.ts';
import type { ClusterClient, ObjectChange, WriteOperation } from '../client.ts';
import { isTrue } from './job/conditions.ts';
import { jobKind } from './job/new-pod.ts';
import { type JobPlan, planJob } from './job/plan.ts';
import { statusPatch } from './job/status-patch.ts';
import { isManagedElsewhere, isTracked, trackingFinalizer, withoutTracking } from './job/tracking.ts';
import { controllerOf, isReady } from './pods/pod-state.ts';
import { referenceTo } from './replication/replica-owner.ts';
import { defineController, type Reader, type ReconcileDeps, type ReconcileResult } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { errorOf, keyOf, sameObject, sameState, writeAll } from './runtime/write.ts';

const component = 'job-controller';
const jobs = 'jobs.batch';

/** Runs the Pods of Jobs to completion; what to do is decided by `planJob`. */
export default defineController({
  name: component,
  watches: [
    { resource: jobs, toKeys: ({ object }) => [namespacedKey(object)] },
    { resource: 'pods', toKeys: (change, { reader }) => jobsOfPod(change, reader) },
  ],
  async reconcile(key, deps) {
    const job = await deps.client.get<Job>({ resource: jobs, ...splitKey(key) });
    if (!job || isManagedElsewhere(job) || isTrue(job, 'Complete') || isTrue(job, 'Failed')) return undefined;
    const pods = await claim(job, deps.client);
    // Pods that were taken or let go are seen again as they are then.
    return pods ? carryOut(job, planJob(job, pods, deps.clock.now()), deps) : undefined;
  },
});

/** Its Pods; undefined where some had to be adopted or released first. */
async function claim(job: Job, client: ClusterClient): Promise<Pod[] | undefined> {
  const { namespace, uid, deletionTimestamp } = job.metadata;
  const selector = selectorOf(job);
  const [owned, matching] = await Promise.all([
    client.list<Pod>({ resource: 'pods', namespace, owner: uid }),
    client.list<Pod>({ resource: 'pods', namespace, labelSelector: selector.toString() }),
  ]);
  const mine = owned.items.filter((pod) => controllerOf(pod)?.uid === uid);
  if (deletionTimestamp) return mine;
  const orphans = matching.items.filter((pod) => !controllerOf(pod) && !pod.metadata.deletionTimestamp);
  const strangers = mine.filter((pod) => !selector.matches(pod.metadata.labels));
  if (orphans.length + strangers.length === 0) return mine;
  await writeAll(client, [
    ...orphans.map((pod) => {
      const finalizers = isTracked(pod) ? pod.metadata.finalizers : [...withoutTracking(pod), trackingFinalizer];
      const ownerReferences = [...(pod.metadata.ownerReferences ?? []), referenceTo(jobKind, job)];
      return patchOf(pod, { ownerReferences, finalizers });
    }),
    ...strangers.map((pod) => {
      const ownerReferences = (pod.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
      return patchOf(pod, { ownerReferences, finalizers: withoutTracking(pod) });
    }),
  ]);
  return undefined;
}

function selectorOf({ spec }: Job): LabelSelector {
  return labelSelectorFromObject(spec?.selector ?? {});
}

function patchOf(pod: Pod, metadata: Record<string, unknown>): WriteOperation {
  return { verb: 'patch', key: keyOf('pods', pod), patch: { metadata }, preconditions: sameState(pod) };
}

/** All or nothing: a Pod that was counted without being released would be counted again. */
async function carryOut(job: Job, plan: JobPlan, deps: ReconcileDeps): Promise<ReconcileResult | undefined> {
  const { client } = deps;
  const creations = plan.create.map((object): WriteOperation => ({ verb: 'create', resource: 'pods', object }));
  const others = [
    ...statusOperations(job, plan.status),
    ...plan.release.map((pod) => patchOf(pod, { finalizers: withoutTracking(pod) })),
    ...plan.remove.map((pod): WriteOperation => {
      return { verb: 'delete', key: keyOf('pods', pod), preconditions: sameObject(pod) };
    }),
  ];
  const operations = [...creations, ...others];
  const results = operations.length > 0 ? await client.write(operations, { atomic: true }) : [];
  const failed = results.findIndex(
    (result) => result.error && !/another operation of the batch/.test(result.error.message),
  );
  const error = failed >= 0 ? errorOf(results[failed] ?? {}) : results.map(errorOf).find(Boolean);
  if (error && failed >= 0 && failed < creations.length) return withoutCreations(job, plan, error, deps);
  if (error) throw error;
  tell(job, plan, deps);
  for (const { object } of results.slice(0, creations.length)) {
    say(job, deps, 'SuccessfulCreate', `Created pod: ${object?.metadata.name}`);
  }
  return plan.requeueAfterMs === undefined ? undefined : { requeueAfterMs: plan.requeueAfterMs };
}

/** Where no Pod can be made, as under a full quota, everything else is done nevertheless. */
async function withoutCreations(job: Job, plan: JobPlan, error: StatusError, deps: ReconcileDeps): Promise<undefined> {
  if (!/because it is being terminated/.test(error.message)) {
    const message = `Error creating: ${error.message}`;
    deps.recorder.record({ object: job, type: 'Warning', reason: 'FailedCreate', message, component });
  }
  const active = (plan.status.active ?? 0) - plan.create.length;
  await carryOut(job, { ...plan, create: [], status: { ...plan.status, active } }, deps);
  throw error;
}

function statusOperations(job: Job, wanted: JobPlan['status']): WriteOperation[] {
  const patch = statusPatch(job.status, wanted);
  if (!patch) return [];
  const preconditions = sameState(job);
  return [{ verb: 'patch', key: keyOf(jobs, job), subresource: 'status', patch: { status: patch }, preconditions }];
}

function tell(job: Job, { remove, events }: JobPlan, deps: ReconcileDeps): void {
  for (const pod of remove) say(job, deps, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
  for (const event of events) deps.recorder.record({ object: job, component, ...event });
}

function say(job: Job, { recorder }: ReconcileDeps, reason: string, message: string): void {
  recorder.record({ object: job, type: 'Normal', reason, message, component });
}

async function jobsOfPod(change: ObjectChange, reader: Reader): Promise<string[]> {
  const pod = change.object as Pod;
  const previous = change.previous as Pod | undefined;
  if (previous && change.type === 'MODIFIED' && !matters(pod, previous)) return [];
  const namespace = pod.metadata.namespace ?? '';
  const owners = [pod, previous].flatMap((state) => (state ? (controllerOf(state) ?? []) : []));
  const isMine = (owner: { apiVersion: string; kind: string }) =>
    owner.apiVersion === jobKind.apiVersion && owner.kind === jobKind.kind;
  const keys = [...new Set(owners.filter(isMine).map(({ name }) => `${namespace}/${name}`))];
  if (change.type === 'DELETED' || controllerOf(pod)) return keys;
  const { items } = await reader.list<Job>({ resource: jobs, namespace });
  return [...keys, ...items.filter((job) => selectorOf(job).matches(pod.metadata.labels)).map(namespacedKey)];
}

/** Most status reports of a Pod change nothing that a Job looks at. */
function matters(pod: Pod, previous: Pod): boolean {
  const facts = ({ metadata, status }: Pod) => [
    metadata.labels,
    metadata.ownerReferences,
    metadata.finalizers,
    metadata.deletionTimestamp,
    metadata.annotations,
    status?.phase,
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map(
      ({ restartCount }) => restartCount,
    ),
  ];
  return isReady(pod) !== isReady(previous) || !jsonEqual(facts(pod), facts(previous));
}
