import type { StatusError } from '../../shared/api/errors.ts';
import { jsonEqual } from '../../shared/api/json.ts';
import type { KubernetesObject, Pod } from '../../shared/api/object.ts';
import { type LabelSelector, labelSelectorFromObject } from '../../shared/api/selectors.ts';
import type { ClusterClient, ObjectChange, WriteOperation } from '../client.ts';
import { type DeploymentPlan, planDeployment, type ReplicaSetChange } from './deployment/plan.ts';
import { revisionAnnotation, splitRevisions } from './deployment/revisions.ts';
import { nameOf } from './deployment/rollout.ts';
import { deadlineInMs, deploymentStatus, type Progress, statusPatch } from './deployment/status.ts';
import { type Deployment, type ReplicaSet, replicasOf } from './deployment/types.ts';
import { controllerOf } from './pods/pod-state.ts';
import { referenceTo } from './replication/replica-owner.ts';
import { defineController, type Reader, type ReconcileDeps } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { errorOf, keyOf, sameObject, sameState, writeAll } from './runtime/write.ts';

const component = 'deployment-controller';
const deployments = 'deployments.apps';
const replicaSets = 'replicasets.apps';
const owner = { apiVersion: 'apps/v1', kind: 'Deployment' };

/** Rolls a Deployment's template out through ReplicaSets; what to do is decided by `planDeployment`. */
export default defineController({
  name: component,
  watches: [
    { resource: deployments, toKeys: ({ object }) => [namespacedKey(object)] },
    { resource: replicaSets, toKeys: (change, { reader }) => deploymentsOfReplicaSet(change, reader) },
    { resource: 'pods', toKeys: (change, { reader }) => deploymentsThatWaitFor(change, reader) },
  ],
  async reconcile(key, deps) {
    const deployment = await deps.client.get<Deployment>({ resource: deployments, ...splitKey(key) });
    if (!deployment) return undefined;
    const selector = selectorOf(deployment);
    const sets = await claim(deployment, selector, deps.client);
    const pods = isRecreated(deployment) ? await podsOf(deployment, selector, deps.client) : [];
    const plan = planDeployment(deployment, splitRevisions(deployment, sets), pods);
    return carryOut(deployment, plan, deps);
  },
});

/** Its ReplicaSets, after taking those that match and have no owner and letting go of those that no longer match. */
async function claim(deployment: Deployment, selector: LabelSelector, client: ClusterClient): Promise<ReplicaSet[]> {
  const { namespace, uid } = deployment.metadata;
  const [owned, matching] = await Promise.all([
    client.list<ReplicaSet>({ resource: replicaSets, namespace, owner: uid }),
    client.list<ReplicaSet>({ resource: replicaSets, namespace, labelSelector: selector.toString() }),
  ]);
  const mine = owned.items.filter((set) => controllerOf(set)?.uid === uid);
  if (deployment.metadata.deletionTimestamp) return mine;
  const orphans = matching.items.filter((set) => !controllerOf(set) && !set.metadata.deletionTimestamp);
  const strangers = mine.filter((set) => !selector.matches(set.metadata.labels));
  const withOwners = (set: ReplicaSet, ownerReferences: unknown[]): WriteOperation => ({
    verb: 'patch',
    key: keyOf(replicaSets, set),
    patch: { metadata: { ownerReferences } },
    preconditions: sameState(set),
  });
  await writeAll(client, [
    ...orphans.map((set) => withOwners(set, [...(set.metadata.ownerReferences ?? []), referenceTo(owner, deployment)])),
    ...strangers.map((set) => {
      const others = (set.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
      return withOwners(set, others);
    }),
  ]);
  return [...mine.filter((set) => !strangers.includes(set)), ...orphans];
}

async function carryOut(deployment: Deployment, plan: DeploymentPlan, deps: ReconcileDeps) {
  const { client, clock } = deps;
  const nowMs = clock.now();
  const created = plan.create && nameOf(plan.create);
  const operations: WriteOperation[] = [
    ...(plan.create ? [{ verb: 'create' as const, resource: replicaSets, object: plan.create }] : []),
    ...plan.changes.map(changeOperation),
    ...plan.remove.map((set): WriteOperation => {
      return { verb: 'delete', key: keyOf(replicaSets, set), preconditions: sameObject(set) };
    }),
  ];
  const status = deploymentStatus(deployment, plan.after, { nowMs, created });
  const results = await client.write([...operations, ...statusOperations(deployment, plan, status)]);
  const refused = plan.create && errorOf(results[0] ?? {});
  if (refused) await tellRefusal(deployment, plan, refused, deps);
  tellScaling(deployment, plan, deps, { isCreated: !refused });
  const firstError = results.map(errorOf).find((error) => error && error.reason !== 'NotFound');
  if (firstError) throw firstError;
  const wait = deadlineInMs(deployment, status, nowMs);
  return wait === undefined ? undefined : { requeueAfterMs: wait };
}

function changeOperation({ before, after }: ReplicaSetChange): WriteOperation {
  const { annotations } = after.metadata;
  const spec = { replicas: replicasOf(after), minReadySeconds: after.spec?.minReadySeconds ?? null };
  const patch = { metadata: { annotations }, spec };
  return { verb: 'patch', key: keyOf(replicaSets, before), patch, preconditions: sameObject(before) };
}

function statusOperations(
  deployment: Deployment,
  plan: DeploymentPlan,
  wanted: NonNullable<Deployment['status']>,
): WriteOperation[] {
  const patch = statusPatch(deployment.status, wanted);
  const revision = plan.after.current?.metadata.annotations?.[revisionAnnotation];
  const isKnown = revision === undefined || deployment.metadata.annotations?.[revisionAnnotation] === revision;
  if (!patch && isKnown) return [];
  return [
    {
      verb: 'patch',
      key: keyOf(deployments, deployment),
      subresource: 'status',
      patch: {
        ...(isKnown ? {} : { metadata: { annotations: { [revisionAnnotation]: revision } } }),
        ...(patch ? { status: patch } : {}),
      },
      // Conditions are written as a whole: those that others have set meanwhile are not to be lost.
      preconditions: sameState(deployment),
    },
  ];
}

/** A name that is taken is a collision of hashes, which another count resolves; all else is the Deployment's failure. */
async function tellRefusal(
  deployment: Deployment,
  plan: DeploymentPlan,
  error: StatusError,
  { client, clock, recorder }: ReconcileDeps,
): Promise<void> {
  if (/because it is being terminated/.test(error.message)) return;
  const { current: _current, ...after } = plan.after;
  if (error.reason === 'AlreadyExists') {
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
    const key = keyOf(deployments, deployment);
    await writeAll(client, [{ verb: 'patch', key, subresource: 'status', patch: { status: { collisionCount } } }]);
    return;
  }
  const failure = `Failed to create new replica set ${JSON.stringify(nameOf(plan.create as ReplicaSet))}: ${error.message}`;
  const progress: Progress = { nowMs: clock.now(), failure };
  const status = deploymentStatus(deployment, after, progress);
  const key = keyOf(deployments, deployment);
  await writeAll(client, [{ verb: 'patch', key, subresource: 'status', patch: { status } }]);
  recorder.record({
    object: deployment,
    type: 'Warning',
    reason: 'ReplicaSetCreateError',
    message: failure,
    component,
  });
}

function tellScaling(
  deployment: Deployment,
  { create, changes }: DeploymentPlan,
  { recorder }: ReconcileDeps,
  { isCreated }: { isCreated: boolean },
): void {
  const tell = (set: ReplicaSet, from: number, to: number) => {
    if (from === to) return;
    const message = `Scaled ${from < to ? 'up' : 'down'} replica set ${nameOf(set)} from ${from} to ${to}`;
    recorder.record({ object: deployment, type: 'Normal', reason: 'ScalingReplicaSet', message, component });
  };
  if (create && isCreated) tell(create, 0, replicasOf(create));
  for (const { before, after } of changes) tell(before, replicasOf(before), replicasOf(after));
}

function selectorOf({ spec }: Deployment): LabelSelector {
  return labelSelectorFromObject(spec?.selector ?? {});
}

function isRecreated({ spec }: Deployment): boolean {
  return spec?.strategy?.type === 'Recreate';
}

async function podsOf(deployment: Deployment, selector: LabelSelector, client: ClusterClient): Promise<Pod[]> {
  const { namespace } = deployment.metadata;
  return (await client.list<Pod>({ resource: 'pods', namespace, labelSelector: selector.toString() })).items;
}

async function deploymentsOfReplicaSet(change: ObjectChange, reader: Reader): Promise<string[]> {
  const set = change.object as ReplicaSet;
  const states: KubernetesObject[] = [set, ...(change.previous ? [change.previous] : [])];
  const namespace = set.metadata.namespace ?? '';
  const owners = states.flatMap((state) => ownedBy(state) ?? []).map((name) => `${namespace}/${name}`);
  if (change.type === 'DELETED' || controllerOf(set)) return owners;
  const { previous } = change;
  // A ReplicaSet of nobody's concerns others only when they may begin to want it.
  if (previous && !controllerOf(previous) && jsonEqual(previous.metadata.labels, set.metadata.labels)) return owners;
  const { items } = await reader.list<Deployment>({ resource: deployments, namespace });
  const adopters = items.filter((item) => selectorOf(item).matches(set.metadata.labels));
  return [...owners, ...adopters.map(namespacedKey)];
}

/** The name of the Deployment that owns this ReplicaSet. */
function ownedBy(set: KubernetesObject): string | undefined {
  const reference = controllerOf(set);
  return reference?.kind === owner.kind && reference.apiVersion === owner.apiVersion ? reference.name : undefined;
}

/** Recreate waits for the last old Pod to go, which the ReplicaSets do not count while it is on its way out. */
async function deploymentsThatWaitFor({ type, object }: ObjectChange, reader: Reader): Promise<string[]> {
  if (type !== 'DELETED') return [];
  const reference = controllerOf(object);
  if (reference?.kind !== 'ReplicaSet') return [];
  const namespace = object.metadata.namespace ?? '';
  const set = await reader.get<ReplicaSet>({ resource: replicaSets, namespace, name: reference.name });
  const name = set && ownedBy(set);
  const found = name && (await reader.get<Deployment>({ resource: deployments, namespace, name }));
  return found && isRecreated(found) ? [namespacedKey(found)] : [];
}
