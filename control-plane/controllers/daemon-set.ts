import { jsonEqual } from '../../shared/api/json.ts';
import type { ControllerRevision, DaemonSet, Node, Pod } from '../../shared/api/object.ts';
import { labelSelectorFromObject } from '../../shared/api/selectors.ts';
import type { ObjectChange, WriteOperation, WriteResult } from '../client.ts';
import { daemonSetKind, hashLabel, newPod } from './daemon-set/new-pod.ts';
import { type Situation, survey } from './daemon-set/nodes.ts';
import { type DaemonPlan, planDaemons } from './daemon-set/plan.ts';
import { daemonSetStatus, statusPatch } from './daemon-set/status.ts';
import { claimObjects } from './history/claim.ts';
import { type History, planHistory, superfluous } from './history/history.ts';
import { controllerOf, isReady } from './pods/pod-state.ts';
import { availableInMs } from './replication/status.ts';
import { defineController, type Reader, type ReconcileDeps, type ReconcileResult } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { errorOf, keyOf, sameObject, writeAll } from './runtime/write.ts';

const component = 'daemonset-controller';
const daemonSets = 'daemonsets.apps';

/** Keeps a Pod of each DaemonSet on every node that it is for; what to do is decided by `planDaemons`. */
export default defineController({
  name: component,
  watches: [
    { resource: daemonSets, toKeys: ({ object }) => [namespacedKey(object)] },
    { resource: 'pods', toKeys: (change, { reader }) => daemonSetsOfPod(change, reader) },
    { resource: 'nodes', toKeys: (change, { reader }) => everyDaemonSet(change, reader) },
  ],
  async reconcile(key, deps) {
    const { client, clock } = deps;
    const daemonSet = await client.get<DaemonSet>({ resource: daemonSets, ...splitKey(key) });
    if (!daemonSet || daemonSet.metadata.deletionTimestamp) return undefined;
    const claimant = { ...daemonSetKind, object: daemonSet, selector: selectorOf(daemonSet) };
    const pods = await claimObjects<Pod>(client, 'pods', claimant);
    const known = await claimObjects<ControllerRevision>(client, 'controllerrevisions.apps', claimant);
    const { items: nodes } = await client.list<Node>({ resource: 'nodes' });
    const history = planHistory(historyOwner(daemonSet), known);
    const hash = history.present.metadata.labels?.[hashLabel] ?? '';
    const situation = survey(daemonSet, { nodes, pods, hash, nowMs: clock.now() });
    return carryOut({ situation, history, pods, deps }, planDaemons(situation));
  },
});

function selectorOf({ spec }: DaemonSet) {
  return labelSelectorFromObject(spec?.selector ?? {});
}

function historyOwner(daemonSet: DaemonSet) {
  const object = daemonSet as unknown as Parameters<typeof planHistory>[0]['object'];
  return { ...daemonSetKind, hashLabel, object, collisionCount: daemonSet.status?.collisionCount ?? 0 };
}

interface Round {
  situation: Situation;
  history: History;
  pods: readonly Pod[];
  deps: ReconcileDeps;
}

async function carryOut(round: Round, plan: DaemonPlan): Promise<ReconcileResult | undefined> {
  const { situation, history, pods, deps } = round;
  const { daemonSet, hash } = situation;
  const live = new Set(pods.map(({ metadata }) => metadata.labels?.[hashLabel]));
  const isUsed = ({ metadata }: ControllerRevision) => live.has(metadata.labels?.[hashLabel]);
  const creations = plan.create.map((node): WriteOperation => {
    return { verb: 'create', resource: 'pods', object: newPod(daemonSet, node, hash) };
  });
  const others = [
    ...plan.remove.map((pod): WriteOperation => {
      return { verb: 'delete', key: keyOf('pods', pod), preconditions: sameObject(pod) };
    }),
    ...superfluous(history, isUsed, daemonSet.spec?.revisionHistoryLimit ?? 10),
    ...statusOperations(daemonSet, statusPatch(daemonSet.status, daemonSetStatus(situation, plan.create))),
  ];
  const results = await deps.client.write([...history.operations, ...creations, ...others]);
  const created = results.slice(history.operations.length, history.operations.length + creations.length);
  tell(round, plan, created);
  await settle(round, { results, created });
  const waits = [plan.waitMs, ...pods.map((pod) => availableIn(pod, situation))].filter((wait) => wait && wait > 0);
  return waits.length > 0 ? { requeueAfterMs: Math.min(...(waits as number[])) } : undefined;
}

function availableIn(pod: Pod, { daemonSet, nowMs }: Situation): number | undefined {
  return availableInMs(pod, (daemonSet.spec?.minReadySeconds ?? 0) * 1000, nowMs);
}

/** Where not every Pod could be made, the status says what is there. */
async function settle(
  { situation, history, deps }: Round,
  { results, created }: { results: readonly WriteResult[]; created: readonly WriteResult[] },
): Promise<void> {
  const { daemonSet } = situation;
  const error = results.map(errorOf).find((one) => one && one.reason !== 'NotFound');
  if (!error) return;
  if (created.some((result) => result.error)) {
    await writeAll(deps.client, statusOperations(daemonSet, statusPatch(undefined, daemonSetStatus(situation, []))));
  }
  const isCollision = history.operations[0]?.verb === 'create' && results[0]?.error?.reason === 'AlreadyExists';
  if (isCollision) {
    const collisionCount = (daemonSet.status?.collisionCount ?? 0) + 1;
    await writeAll(deps.client, statusOperations(daemonSet, { collisionCount }));
  }
  throw error;
}

function statusOperations(daemonSet: DaemonSet, status: Record<string, unknown> | undefined): WriteOperation[] {
  if (!status) return [];
  const key = keyOf(daemonSets, daemonSet);
  return [{ verb: 'patch', key, subresource: 'status', patch: { status }, preconditions: sameObject(daemonSet) }];
}

function tell({ situation, deps }: Round, plan: DaemonPlan, created: readonly WriteResult[]): void {
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    deps.recorder.record({ object: situation.daemonSet, type, reason, message, component });
  for (const { pod, message } of plan.ended) {
    const isFailure = pod.status?.phase === 'Failed';
    say(isFailure ? 'Warning' : 'Normal', isFailure ? 'FailedDaemonPod' : 'SucceededDaemonPod', message);
  }
  for (const { object, error } of created) {
    if (!error) say('Normal', 'SuccessfulCreate', `Created pod: ${object?.metadata.name}`);
  }
  const failure = created.find(({ error }) => error && !/because it is being terminated/.test(error.message))?.error;
  if (failure) say('Warning', 'FailedCreate', `Error creating: ${failure.message}`);
  for (const { metadata } of plan.remove) say('Normal', 'SuccessfulDelete', `Deleted pod: ${metadata.name}`);
}

async function daemonSetsOfPod({ type, object, previous }: ObjectChange, reader: Reader): Promise<string[]> {
  const pod = object as Pod;
  if (type === 'MODIFIED' && previous && !matters(pod, previous as Pod)) return [];
  const namespace = pod.metadata.namespace ?? '';
  const owners = [pod, previous].flatMap((state) => (state ? (controllerOf(state) ?? []) : []));
  const isMine = ({ kind, apiVersion }: { kind: string; apiVersion: string }) =>
    kind === daemonSetKind.kind && apiVersion === daemonSetKind.apiVersion;
  const keys = [...new Set(owners.filter(isMine).map(({ name }) => `${namespace}/${name}`))];
  if (type === 'DELETED' || controllerOf(pod)) return keys;
  const { items } = await reader.list<DaemonSet>({ resource: daemonSets, namespace });
  return [...keys, ...items.filter((one) => selectorOf(one).matches(pod.metadata.labels)).map(namespacedKey)];
}

function matters(pod: Pod, previous: Pod): boolean {
  const facts = ({ metadata, spec, status }: Pod) => [
    ...[metadata.labels, metadata.ownerReferences, metadata.deletionTimestamp],
    ...[status?.phase, spec?.nodeName],
  ];
  return isReady(pod) !== isReady(previous) || !jsonEqual(facts(pod), facts(previous));
}

/** Where Pods belong depends on names, labels and taints; what nodes report of themselves changes nothing. */
async function everyDaemonSet({ type, object, previous }: ObjectChange, reader: Reader): Promise<string[]> {
  const facts = (node: Node) => [node.metadata.labels, node.spec?.taints];
  if (type === 'MODIFIED' && previous && jsonEqual(facts(object as Node), facts(previous as Node))) return [];
  return (await reader.list<DaemonSet>({ resource: daemonSets })).items.map(namespacedKey);
}
