import type { StatusError } from '../../shared/api/errors.ts';
import { jsonEqual } from '../../shared/api/json.ts';
import type { KubernetesObject, Pod, ReplicationController } from '../../shared/api/object.ts';
import type { ClusterClient, ObjectChange, WriteOperation, WriteResult } from '../client.ts';
import { controllerOf, hasLabels, isActive, isReady, selectorText } from './pods/pod-state.ts';
import { planReplication, podFromTemplate, type ReplicationPlan, referenceTo } from './replication/plan.ts';
import { availableInMs, type ReplicaFailure, replicationStatus, statusPatch } from './replication/status.ts';
import { defineController, type Reader, type ReconcileDeps } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { errorOf, keyOf, sameObject, sameState, timestamp, writeAll } from './runtime/write.ts';

const component = 'replication-controller';

/**
 * Keeps `spec.replicas` Pods of a ReplicationController.
 *
 * Upstream remembers what it has asked for ("expectations") because its reads come from a cache that may not have
 * seen its own writes yet. Here a reconcile reads from the store itself, a key is never reconciled twice at once, and
 * `write` answers after the commit: the next reading holds every Pod that this controller has made, so counting what
 * is there is enough.
 */
export default defineController({
  name: component,
  watches: [
    { resource: 'replicationcontrollers', toKeys: ({ object }) => [namespacedKey(object)] },
    { resource: 'pods', toKeys: (change, { reader }) => controllersOfPod(change, reader) },
  ],
  async reconcile(key, deps) {
    const { client, clock } = deps;
    const controller = await client.get<ReplicationController>({
      resource: 'replicationcontrollers',
      ...splitKey(key),
    });
    if (!controller) return undefined;
    const pods = await candidatePods(client, controller);
    const plan = planReplication(controller, pods, clock.now());
    await carryOut(controller, plan, deps);
    return whenAvailable(controller, plan.keep, clock.now());
  },
});

/** The Pods that it owns and those that it may adopt. */
async function candidatePods(client: ClusterClient, controller: ReplicationController): Promise<Pod[]> {
  const { namespace, uid } = controller.metadata;
  const labelSelector = selectorText(controller.spec?.selector ?? {});
  const [owned, matching] = await Promise.all([
    client.list<Pod>({ resource: 'pods', namespace, owner: uid }),
    client.list<Pod>({ resource: 'pods', namespace, labelSelector }),
  ]);
  return [...owned.items, ...matching.items.filter((pod) => !controllerOf(pod))];
}

async function carryOut(controller: ReplicationController, plan: ReplicationPlan, deps: ReconcileDeps): Promise<void> {
  const { client } = deps;
  const changes: WriteOperation[] = [
    ...plan.adopt.map((pod) => setOwners(pod, [...(pod.metadata.ownerReferences ?? []), referenceTo(controller)])),
    ...plan.release.map((pod) => setOwners(pod, withoutOwner(pod, controller))),
    ...Array.from({ length: plan.create }, (): WriteOperation => {
      return { verb: 'create', resource: 'pods', object: podFromTemplate(controller) };
    }),
    ...plan.remove.map((pod): WriteOperation => {
      return { verb: 'delete', key: keyOf('pods', pod), preconditions: sameObject(pod) };
    }),
  ];
  // The status that follows if all goes well rides in the same transaction: one wake-up instead of two. Where the last
  // attempt failed, this one may as well, and the status waits for its outcome.
  const isHopeful = !controller.status?.conditions?.some(({ type }) => type === 'ReplicaFailure');
  const hoped = [...plan.keep, ...Array.from({ length: plan.create }, () => podFromTemplate(controller))];
  const status = isHopeful ? statusOperation(controller, controller.status ?? { replicas: 0 }, hoped, deps) : [];
  const results = await client.write([...changes, ...status]);
  const { error, failure, created, notRemoved } = judge(controller, changes, results, deps);
  if (!isHopeful || failure) {
    const actual = [
      ...plan.keep,
      ...created,
      ...plan.remove.filter(({ metadata }) => notRemoved.has(metadata.name ?? '')),
    ];
    const current = isHopeful ? undefined : (controller.status ?? { replicas: 0 });
    await writeAll(client, statusOperation(controller, current, actual, deps, failure));
  }
  const firstError = error ?? results.slice(changes.length).map(errorOf).find(Boolean);
  if (firstError && firstError.reason !== 'NotFound') throw firstError;
}

/** Tells of each success, and of the first failure of each sort: a full quota is one event, not hundreds. */
function judge(
  controller: ReplicationController,
  operations: readonly WriteOperation[],
  results: readonly WriteResult[],
  { recorder }: ReconcileDeps,
) {
  const created: Pod[] = [];
  const notRemoved = new Set<string>();
  let error: StatusError | undefined;
  let failure: ReplicaFailure | undefined;
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    recorder.record({ object: controller as KubernetesObject, type, reason, message, component });

  for (const [index, operation] of operations.entries()) {
    const result = results[index] ?? {};
    const failed = errorOf(result);
    if (operation.verb === 'create') {
      if (!failed) {
        created.push(result.object as Pod);
        tell('Normal', 'SuccessfulCreate', `Created pod: ${result.object?.metadata.name}`);
      } else if (!failure && !/because it is being terminated/.test(failed.message)) {
        failure = { reason: 'FailedCreate', message: failed.message };
        tell('Warning', 'FailedCreate', `Error creating: ${failed.message}`);
      }
    } else if (operation.verb === 'delete') {
      if (!failed) tell('Normal', 'SuccessfulDelete', `Deleted pod: ${operation.key.name}`);
      else if (failed.reason !== 'NotFound') {
        notRemoved.add(operation.key.name);
        failure ??= { reason: 'FailedDelete', message: failed.message };
        tell('Warning', 'FailedDelete', `Error deleting: ${failed.message}`);
      }
    }
    if (failed && failed.reason !== 'NotFound') error ??= failed;
  }
  return { created, error, failure, notRemoved };
}

/** `current` undefined: what is stored is no longer what was read. */
function statusOperation(
  controller: ReplicationController,
  current: ReplicationController['status'],
  pods: readonly Pod[],
  { clock }: ReconcileDeps,
  failure?: ReplicaFailure,
): WriteOperation[] {
  const nowMs = clock.now();
  const wanted = replicationStatus(controller, pods, { nowMs, now: timestamp(nowMs), failure });
  const patch = statusPatch(current, wanted);
  if (!patch) return [];
  const key = keyOf('replicationcontrollers', controller as KubernetesObject);
  const preconditions = sameObject(controller as KubernetesObject);
  return [{ verb: 'patch', key, subresource: 'status', patch: { status: patch }, preconditions }];
}

function setOwners(pod: Pod, ownerReferences: Pod['metadata']['ownerReferences']): WriteOperation {
  return {
    verb: 'patch',
    key: keyOf('pods', pod),
    patch: { metadata: { ownerReferences } },
    preconditions: sameState(pod),
  };
}

function withoutOwner(pod: Pod, controller: ReplicationController) {
  return (pod.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== controller.metadata.uid);
}

/** With minReadySeconds, time alone makes a Pod available. */
function whenAvailable(controller: ReplicationController, pods: readonly Pod[], nowMs: number) {
  const minReadyMs = (controller.spec?.minReadySeconds ?? 0) * 1000;
  if (minReadyMs === 0) return undefined;
  const waits = pods
    .map((pod) => availableInMs(pod, minReadyMs, nowMs))
    .filter((wait) => wait !== undefined && wait > 0);
  return waits.length > 0 ? { requeueAfterMs: Math.min(...(waits as number[])) } : undefined;
}

async function controllersOfPod(change: ObjectChange, reader: Reader): Promise<string[]> {
  const pod = change.object as Pod;
  const previous = change.previous as Pod | undefined;
  if (previous && change.type === 'MODIFIED' && !matters(pod, previous)) return [];
  const owners = [pod, previous].flatMap((state) => (state ? (controllerOf(state) ?? []) : []));
  const namespace = pod.metadata.namespace ?? '';
  const keys = owners.filter(isReplicationController).map(({ name }) => `${namespace}/${name}`);
  if (change.type === 'DELETED' || controllerOf(pod)) return keys;
  const { items } = await reader.list<ReplicationController>({ resource: 'replicationcontrollers', namespace });
  const adopters = items.filter((item) => hasLabels(pod, item.spec?.selector ?? {}));
  return [...keys, ...adopters.map((item) => namespacedKey(item as KubernetesObject))];
}

function isReplicationController({ apiVersion, kind }: { apiVersion: string; kind: string }): boolean {
  return apiVersion === 'v1' && kind === 'ReplicationController';
}

/** Most status reports of a Pod change nothing that is counted. */
function matters(pod: Pod, previous: Pod): boolean {
  return (
    isActive(pod) !== isActive(previous) ||
    isReady(pod) !== isReady(previous) ||
    !jsonEqual(pod.metadata.labels, previous.metadata.labels) ||
    !jsonEqual(pod.metadata.ownerReferences, previous.metadata.ownerReferences)
  );
}
