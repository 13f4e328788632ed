import { jsonEqual } from '../../shared/api/json.ts';
import type { ControllerRevision, PersistentVolumeClaim, Pod, StatefulSet } from '../../shared/api/object.ts';
import { labelSelectorFromObject } from '../../shared/api/selectors.ts';
import type { ClusterClient, ObjectChange, WriteOperation, WriteResult } from '../client.ts';
import { claimObjects } from './history/claim.ts';
import { type History, planHistory, superfluous } from './history/history.ts';
import { controllerOf, isReady } from './pods/pod-state.ts';
import { defineController, type Reader, type ReconcileDeps, type ReconcileResult } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { errorOf, keyOf, sameObject, writeAll } from './runtime/write.ts';
import { isStale, newClaims, ownersByPolicy } from './stateful-set/claims.ts';
import { missingLabels, ordinalOf, revisionOf, statefulSetKind } from './stateful-set/identity.ts';
import { type PodPlan, planPods, type Situation } from './stateful-set/plan.ts';
import { statefulSetStatus, statusPatch } from './stateful-set/status.ts';

const component = 'statefulset-controller';
const sets = 'statefulsets.apps';
const claims = 'persistentvolumeclaims';

/** Keeps the Pods of StatefulSets, each with its name and its claims; what to do is decided by `planPods`. */
export default defineController({
  name: component,
  watches: [
    { resource: sets, toKeys: ({ object }) => [namespacedKey(object)] },
    { resource: 'pods', toKeys: (change, { reader }) => setsOfPod(change, reader) },
    { resource: claims, toKeys: (change, { reader }) => setsThatWaitFor(change, reader) },
  ],
  async reconcile(key, deps) {
    const { client, clock } = deps;
    const set = await client.get<StatefulSet>({ resource: sets, ...splitKey(key) });
    if (!set) return undefined;
    const claimant = { ...statefulSetKind, object: set, selector: selectorOf(set) };
    const pods = await claimObjects<Pod>(client, 'pods', claimant, (pod) => ordinalOf(set, pod) !== undefined);
    const known = await claimObjects<ControllerRevision>(client, 'controllerrevisions.apps', claimant);
    const history = planHistory(historyOwner(set), known);
    const current = history.revisions.find(({ metadata }) => metadata.name === set.status?.currentRevision);
    const update = history.present;
    const situation = { pods, current: current ?? update, update, nowMs: clock.now() };
    return carryOut({ set, situation, history, deps }, planPods(set, situation));
  },
});

function selectorOf({ spec }: StatefulSet) {
  return labelSelectorFromObject(spec?.selector ?? {});
}

function historyOwner(set: StatefulSet) {
  const hashLabel = 'controller.kubernetes.io/hash';
  const object = set as unknown as Parameters<typeof planHistory>[0]['object'];
  return { ...statefulSetKind, hashLabel, object, collisionCount: set.status?.collisionCount ?? 0 };
}

interface Round {
  set: StatefulSet;
  situation: Situation;
  history: History;
  deps: ReconcileDeps;
}

async function carryOut(round: Round, plan: PodPlan): Promise<ReconcileResult | undefined> {
  const { set, situation, history, deps } = round;
  const storage = await planClaims(set, plan, deps.client);
  const create = plan.create.filter((pod) => !storage.waiting.has(pod));
  const creations = create.map((object): WriteOperation => ({ verb: 'create', resource: 'pods', object }));
  const used = new Set([situation.current.metadata.name, ...situation.pods.map(revisionOf)]);
  const limit = set.spec?.revisionHistoryLimit ?? 10;
  const before = [...history.operations, ...storage.operations];
  const after = [
    ...plan.remove.map((pod): WriteOperation => {
      return { verb: 'delete', key: keyOf('pods', pod), preconditions: sameObject(pod) };
    }),
    ...labelOperations(set, plan),
    ...superfluous(history, ({ metadata }) => used.has(metadata.name), limit),
  ];
  const hoped = statusOperations(round, { pods: [...situation.pods, ...create], removed: plan.remove });
  const results = await deps.client.write([...before, ...creations, ...after, ...hoped]);
  const created = results.slice(before.length, before.length + creations.length);
  tell(round, { create, created, remove: plan.remove, claims: storage.create });
  await settle(round, { results, created, create, removed: plan.remove });
  return plan.waitMs === undefined ? undefined : { requeueAfterMs: plan.waitMs };
}

interface Outcome {
  results: readonly WriteResult[];
  create: readonly Pod[];
  created: readonly WriteResult[];
  removed: readonly Pod[];
}

/** Where not everything could be done, the status says what was. */
async function settle(round: Round, { results, create, created, removed }: Outcome): Promise<void> {
  const { set, situation, history, deps } = round;
  const error = results.map(errorOf).find((one) => one && one.reason !== 'NotFound');
  if (!error) return;
  const there = [...situation.pods, ...create.filter((_pod, index) => !created[index]?.error)];
  await writeAll(deps.client, statusOperations(round, { pods: there, removed, isStored: false }));
  const isCollision = history.operations[0]?.verb === 'create' && results[0]?.error?.reason === 'AlreadyExists';
  if (isCollision) {
    const collisionCount = (set.status?.collisionCount ?? 0) + 1;
    const key = keyOf(sets, set);
    await writeAll(deps.client, [{ verb: 'patch', key, subresource: 'status', patch: { status: { collisionCount } } }]);
  }
  throw error;
}

function statusOperations(
  { set, situation }: Round,
  { pods, removed, isStored = true }: { pods: readonly Pod[]; removed: readonly Pod[]; isStored?: boolean },
): WriteOperation[] {
  const patch = statusPatch(isStored ? set.status : undefined, statefulSetStatus(set, situation, { pods, removed }));
  if (!patch) return [];
  const preconditions = sameObject(set);
  return [{ verb: 'patch', key: keyOf(sets, set), subresource: 'status', patch: { status: patch }, preconditions }];
}

function labelOperations(set: StatefulSet, { replicas, create }: PodPlan): WriteOperation[] {
  return replicas.flatMap((pod): WriteOperation[] => {
    const labels = create.includes(pod) ? undefined : missingLabels(pod, ordinalOf(set, pod) ?? 0);
    if (!labels || !pod.metadata.uid) return [];
    return [
      { verb: 'patch', key: keyOf('pods', pod), patch: { metadata: { labels } }, preconditions: sameObject(pod) },
    ];
  });
}

interface ClaimPlan {
  create: { claim: PersistentVolumeClaim; pod: Pod }[];
  operations: WriteOperation[];
  /** Pods that cannot be made yet: a claim of theirs is still going. */
  waiting: Set<Pod>;
}

/** Makes the claims that Pods lack, and says who takes those along that are there. */
async function planClaims(set: StatefulSet, plan: PodPlan, client: ClusterClient): Promise<ClaimPlan> {
  const found: ClaimPlan = { create: [], operations: [], waiting: new Set() };
  if (!set.spec?.volumeClaimTemplates?.length || set.metadata.deletionTimestamp) return found;
  for (const pod of [...plan.replicas, ...plan.condemned]) {
    const isWanted = plan.replicas.includes(pod);
    const isNew = plan.create.includes(pod);
    if (isWanted && !isNew && !pod.metadata.uid) continue;
    for (const claim of newClaims(set, ordinalOf(set, pod) ?? 0)) {
      const stored = await client.get<PersistentVolumeClaim>(keyOf(claims, claim));
      if (stored && isNew && isStale(stored, pod)) found.waiting.add(pod);
      else if (!stored && isWanted && (isNew || pod.status?.phase === 'Pending')) {
        const ownerReferences = ownersByPolicy(claim, { set, pod, isWanted });
        const object = ownerReferences ? { ...claim, metadata: { ...claim.metadata, ownerReferences } } : claim;
        found.create.push({ claim: object, pod });
        found.operations.push({ verb: 'create', resource: claims, object });
      } else if (stored && !isNew) {
        const ownerReferences = ownersByPolicy(stored, { set, pod, isWanted });
        const preconditions = sameObject(stored);
        const patch = { metadata: { ownerReferences } };
        if (ownerReferences) found.operations.push({ verb: 'patch', key: keyOf(claims, stored), patch, preconditions });
      }
    }
  }
  return found;
}

function tell(
  { set, deps }: Round,
  done: {
    create: readonly Pod[];
    created: readonly WriteResult[];
    remove: readonly Pod[];
    claims: ClaimPlan['create'];
  },
): void {
  const { name } = set.metadata;
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    deps.recorder.record({ object: set, type, reason, message, component });
  for (const { claim, pod } of done.claims) {
    const message = `create Claim ${claim.metadata.name} Pod ${pod.metadata.name} in StatefulSet ${name} success`;
    say('Normal', 'SuccessfulCreate', message);
  }
  for (const [index, pod] of done.create.entries()) {
    const error = done.created[index]?.error;
    const what = `create Pod ${pod.metadata.name} in StatefulSet ${name}`;
    if (!error) say('Normal', 'SuccessfulCreate', `${what} successful`);
    else if (error.reason !== 'AlreadyExists') say('Warning', 'FailedCreate', `${what} failed error: ${error.message}`);
  }
  for (const pod of done.remove) {
    say('Normal', 'SuccessfulDelete', `delete Pod ${pod.metadata.name} in StatefulSet ${name} successful`);
  }
}

async function setsOfPod({ type, object, previous }: ObjectChange, reader: Reader): Promise<string[]> {
  const pod = object as Pod;
  if (type === 'MODIFIED' && previous && !matters(pod, previous as Pod)) return [];
  const namespace = pod.metadata.namespace ?? '';
  const owners = [pod, previous].flatMap((state) => (state ? (controllerOf(state) ?? []) : []));
  const mine = owners.filter(
    ({ kind, apiVersion }) => kind === statefulSetKind.kind && apiVersion === statefulSetKind.apiVersion,
  );
  const keys = [...new Set(mine.map(({ name }) => `${namespace}/${name}`))];
  if (type === 'DELETED' || controllerOf(pod)) return keys;
  const { items } = await reader.list<StatefulSet>({ resource: sets, namespace });
  return [...keys, ...items.filter((set) => selectorOf(set).matches(pod.metadata.labels)).map(namespacedKey)];
}

/** A claim that is gone may have been in the way of a new one of its name. */
async function setsThatWaitFor({ type, object }: ObjectChange, reader: Reader): Promise<string[]> {
  if (type !== 'DELETED') return [];
  const { items } = await reader.list<StatefulSet>({ resource: sets, namespace: object.metadata.namespace ?? '' });
  const isOf = (set: StatefulSet) =>
    set.spec?.volumeClaimTemplates?.some((template) =>
      object.metadata.name?.startsWith(`${template.metadata?.name}-${set.metadata.name}-`),
    );
  return items.filter(isOf).map(namespacedKey);
}

/** Most status reports of a Pod change nothing that is looked at. */
function matters(pod: Pod, previous: Pod): boolean {
  const facts = ({ metadata, status }: Pod) => [
    ...[metadata.labels, metadata.ownerReferences, metadata.deletionTimestamp],
    status?.phase,
  ];
  return isReady(pod) !== isReady(previous) || !jsonEqual(facts(pod), facts(previous));
}
