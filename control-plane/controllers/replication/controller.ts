import type { StatusError } from '../../../shared/api/errors.ts';
import { jsonEqual } from '../../../shared/api/json.ts';
import type { Pod } from '../../../shared/api/object.ts';
import type { ClusterClient, ObjectChange, WriteOperation, WriteResult } from '../../client.ts';
import { controllerOf, isActive, isReady } from '../pods/pod-state.ts';
import { type ControllerDefinition, defineController, type Reader, type ReconcileDeps } from '../runtime/controller.ts';
import { namespacedKey, splitKey } from '../runtime/key.ts';
import { errorOf, keyOf, sameObject, sameState, timestamp, writeAll } from '../runtime/write.ts';
import { planReplication, type ReplicationPlan } from './plan.ts';
import { podFromTemplate, type ReplicaKind, type ReplicaOwner, referenceTo } from './replica-owner.ts';
import { availableInMs, type ReplicaFailure, replicationStatus, statusPatch } from './status.ts';

/** One reconcile of one owner. */
interface Round {
  kind: ReplicaKind;
  owner: ReplicaOwner;
  deps: ReconcileDeps;
}

/**
 * The controller of a kind that keeps `spec.replicas` Pods of a template.
 *
 * Upstream remembers what it has asked for ("expectations") because its reads come from a cache that may not have
 * seen its own writes yet. Here a reconcile reads from the store itself, a key is never reconciled twice at once, and
 * `write` answers after the commit: the next reading holds every Pod that this controller has made, so counting what
 * is there is enough.
 */
export function defineReplicationController(kind: ReplicaKind): ControllerDefinition {
  return defineController({
    name: kind.component,
    watches: [
      { resource: kind.resource, toKeys: ({ object }) => [namespacedKey(object)] },
      { resource: 'pods', toKeys: (change, { reader }) => ownersOfPod(kind, change, reader) },
    ],
    async reconcile(key, deps) {
      const { client, clock } = deps;
      const owner = await client.get<ReplicaOwner>({ resource: kind.resource, ...splitKey(key) });
      if (!owner) return undefined;
      const selector = kind.selectorOf(owner);
      const pods = await candidatePods(client, owner, selector.toString());
      const plan = planReplication(owner, { selector, pods, nowMs: clock.now() });
      await carryOut({ kind, owner, deps }, plan);
      return whenAvailable(owner, plan.keep, clock.now());
    },
  });
}

/** The Pods that it owns and those that it may adopt. */
async function candidatePods(client: ClusterClient, owner: ReplicaOwner, labelSelector: string): Promise<Pod[]> {
  const { namespace, uid } = owner.metadata;
  const [owned, matching] = await Promise.all([
    client.list<Pod>({ resource: 'pods', namespace, owner: uid }),
    client.list<Pod>({ resource: 'pods', namespace, labelSelector }),
  ]);
  return [...owned.items, ...matching.items.filter((pod) => !controllerOf(pod))];
}

async function carryOut(round: Round, plan: ReplicationPlan): Promise<void> {
  const { kind, owner, deps } = round;
  const { client } = deps;
  const changes: WriteOperation[] = [
    ...plan.adopt.map((pod) => setOwners(pod, [...(pod.metadata.ownerReferences ?? []), referenceTo(kind, owner)])),
    ...plan.release.map((pod) => setOwners(pod, withoutOwner(pod, owner))),
    ...Array.from({ length: plan.create }, (): WriteOperation => {
      return { verb: 'create', resource: 'pods', object: podFromTemplate(kind, owner) };
    }),
    ...plan.remove.map((pod): WriteOperation => {
      return { verb: 'delete', key: keyOf('pods', pod), preconditions: sameObject(pod) };
    }),
  ];
  // The status that follows if all goes well rides in the same transaction: one wake-up instead of two. Where the last
  // attempt failed, this one may as well, and the status waits for its outcome.
  const isHopeful = !owner.status?.conditions?.some(({ type }) => type === 'ReplicaFailure');
  const hoped = [...plan.keep, ...Array.from({ length: plan.create }, () => podFromTemplate(kind, owner))];
  const before = owner.status ?? { replicas: 0 };
  const { terminating } = plan;
  const status = isHopeful ? statusOperation(round, before, { pods: hoped, terminating }) : [];
  const results = await client.write([...changes, ...status]);
  const { error, failure, created, notRemoved } = judge(round, changes, results);
  if (!isHopeful || failure) {
    const actual = [
      ...plan.keep,
      ...created,
      ...plan.remove.filter(({ metadata }) => notRemoved.has(metadata.name ?? '')),
    ];
    const current = isHopeful ? undefined : before;
    await writeAll(client, statusOperation(round, current, { pods: actual, terminating, failure }));
  }
  const firstError = error ?? results.slice(changes.length).map(errorOf).find(Boolean);
  if (firstError && firstError.reason !== 'NotFound') throw firstError;
}

/** Tells of each success, and of the first failure of each sort: a full quota is one event, not hundreds. */
function judge({ kind, owner, deps }: Round, operations: readonly WriteOperation[], results: readonly WriteResult[]) {
  const created: Pod[] = [];
  const notRemoved = new Set<string>();
  let error: StatusError | undefined;
  let failure: ReplicaFailure | undefined;
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    deps.recorder.record({ object: owner, type, reason, message, component: kind.component });

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
  { kind, owner, deps }: Round,
  current: ReplicaOwner['status'],
  { pods, terminating, failure }: { pods: readonly Pod[]; terminating: number; failure?: ReplicaFailure },
): WriteOperation[] {
  const nowMs = deps.clock.now();
  const counted = kind.countsTerminating ? { terminating } : {};
  const wanted = replicationStatus(owner, pods, { nowMs, now: timestamp(nowMs), failure, ...counted });
  const patch = statusPatch(current, wanted);
  if (!patch) return [];
  const key = keyOf(kind.resource, owner);
  return [{ verb: 'patch', key, subresource: 'status', patch: { status: patch }, preconditions: sameObject(owner) }];
}

function setOwners(pod: Pod, ownerReferences: Pod['metadata']['ownerReferences']): WriteOperation {
  return {
    verb: 'patch',
    key: keyOf('pods', pod),
    patch: { metadata: { ownerReferences } },
    preconditions: sameState(pod),
  };
}

function withoutOwner(pod: Pod, owner: ReplicaOwner) {
  return (pod.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
}

/** With minReadySeconds, time alone makes a Pod available. */
function whenAvailable(owner: ReplicaOwner, pods: readonly Pod[], nowMs: number) {
  const minReadyMs = (owner.spec?.minReadySeconds ?? 0) * 1000;
  if (minReadyMs === 0) return undefined;
  const waits = pods
    .map((pod) => availableInMs(pod, minReadyMs, nowMs))
    .filter((wait) => wait !== undefined && wait > 0);
  return waits.length > 0 ? { requeueAfterMs: Math.min(...(waits as number[])) } : undefined;
}

async function ownersOfPod(kind: ReplicaKind, change: ObjectChange, reader: Reader): Promise<string[]> {
  const pod = change.object as Pod;
  const previous = change.previous as Pod | undefined;
  if (previous && change.type === 'MODIFIED' && !matters(pod, previous)) return [];
  const owners = [pod, previous].flatMap((state) => (state ? (controllerOf(state) ?? []) : []));
  const namespace = pod.metadata.namespace ?? '';
  const isMine = (owner: { apiVersion: string; kind: string }) =>
    owner.apiVersion === kind.apiVersion && owner.kind === kind.kind;
  const keys = owners.filter(isMine).map(({ name }) => `${namespace}/${name}`);
  if (change.type === 'DELETED' || controllerOf(pod)) return keys;
  const { items } = await reader.list<ReplicaOwner>({ resource: kind.resource, namespace });
  const adopters = items.filter((item) => kind.selectorOf(item).matches(pod.metadata.labels));
  return [...keys, ...adopters.map(namespacedKey)];
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
