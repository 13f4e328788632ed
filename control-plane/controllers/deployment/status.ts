import { timestamp } from '../runtime/write.ts';
import { fencepostsOf } from './fenceposts.ts';
import type { Revisions } from './revisions.ts';
import { nameOf } from './rollout.ts';
import {
  type Deployment,
  type DeploymentCondition,
  type DeploymentStatus,
  type ReplicaSet,
  replicasOf,
  sumOf,
} from './types.ts';

/** What a reconcile has done that the conditions tell of. */
export interface Progress {
  nowMs: number;
  /** Name of the ReplicaSet that has just been made. */
  created?: string;
  /** Why the ReplicaSet could not be made. */
  failure?: string;
}

const counters = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
] as const;

/** The status that these ReplicaSets give a Deployment. */
export function deploymentStatus(deployment: Deployment, revisions: Revisions, progress: Progress): DeploymentStatus {
  const { current, old } = revisions;
  const all = current ? [...old, current] : old;
  const available = sumOf(all, ({ status }) => status?.availableReplicas);
  const terminating = all.every(({ status }) => status?.terminatingReplicas !== undefined)
    ? { terminatingReplicas: sumOf(all, ({ status }) => status?.terminatingReplicas) }
    : {};
  const status: DeploymentStatus = {
    observedGeneration: deployment.metadata.generation,
    replicas: sumOf(all, ({ status }) => status?.replicas),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sumOf(all, ({ status }) => status?.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sumOf(all, replicasOf) - available),
    ...terminating,
    ...(deployment.status?.collisionCount ? { collisionCount: deployment.status.collisionCount } : {}),
  };
  return { ...status, conditions: conditionsOf(deployment, status, { all, current }, progress) };
}

/** The merge patch to the wanted status; undefined when it is what is stored. Zeros are not stored, except pointers. */
export function statusPatch(
  current: DeploymentStatus | undefined,
  wanted: DeploymentStatus,
): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  for (const field of counters) {
    const value = (field === 'terminatingReplicas' ? wanted[field] : wanted[field] || undefined) ?? null;
    if ((current?.[field] ?? null) !== value) patch[field] = value;
  }
  if (JSON.stringify(current?.conditions ?? []) !== JSON.stringify(wanted.conditions ?? [])) {
    patch.conditions = wanted.conditions;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** Milliseconds until a rollout that makes no progress counts as failed; undefined when there is nothing to wait for. */
export function deadlineInMs(deployment: Deployment, status: DeploymentStatus, nowMs: number): number | undefined {
  const seconds = deadlineOf(deployment);
  const progressing = find(status.conditions, 'Progressing');
  if (seconds === undefined || !progressing || progressing.reason === timedOut) return undefined;
  if (deployment.spec?.paused || isComplete(deployment, status)) return undefined;
  return Math.max(1000, Date.parse(progressing.lastUpdateTime ?? '') + seconds * 1000 - nowMs + 1000);
}

/** All Pods are of the present template and available. */
export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const wanted = replicasOf(deployment);
  return (
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

const timedOut = 'ProgressDeadlineExceeded';
const available = 'NewReplicaSetAvailable';
/** Upstream's way of saying "never". */
const noDeadline = 2 ** 31 - 1;

function deadlineOf({ spec }: Deployment): number | undefined {
  const seconds = spec?.progressDeadlineSeconds;
  return seconds === undefined || seconds === noDeadline ? undefined : seconds;
}

interface Sets {
  all: readonly ReplicaSet[];
  current?: ReplicaSet;
}

function conditionsOf(
  deployment: Deployment,
  status: DeploymentStatus,
  { all, current }: Sets,
  progress: Progress,
): DeploymentCondition[] {
  const now = timestamp(progress.nowMs);
  let conditions = deployment.status?.conditions ?? [];
  const put = (condition: Pick<DeploymentCondition, 'type' | 'status' | 'reason' | 'message'>) => {
    conditions = withCondition(conditions, { ...condition, lastUpdateTime: now, lastTransitionTime: now });
  };
  if (deadlineOf(deployment) === undefined) conditions = conditions.filter(({ type }) => type !== 'Progressing');
  else {
    const next = progressing(deployment, status, current, progress);
    if (next?.isRefreshed) conditions = refreshed(conditions, now);
    if (next) put({ type: 'Progressing', ...next.condition });
  }
  const isAvailable =
    (status.availableReplicas ?? 0) >= replicasOf(deployment) - fencepostsOf(deployment).maxUnavailable;
  put(isAvailable ? hasMinimum : lacksMinimum);
  const failure = [...(current ? [current] : []), ...all]
    .map(({ status }) => find(status?.conditions, 'ReplicaFailure'))
    .find(Boolean);
  if (!failure) return conditions.filter(({ type }) => type !== 'ReplicaFailure');
  const { reason, message } = failure;
  put({ type: 'ReplicaFailure', status: failure.status, reason, message });
  return conditions;
}

const hasMinimum = {
  type: 'Available',
  status: 'True',
  reason: 'MinimumReplicasAvailable',
  message: 'Deployment has minimum availability.',
};
const lacksMinimum = {
  type: 'Available',
  status: 'False',
  reason: 'MinimumReplicasUnavailable',
  message: 'Deployment does not have minimum availability.',
};

interface NextProgress {
  condition: Pick<DeploymentCondition, 'status' | 'reason' | 'message'>;
  /** There was progress: the deadline starts anew although the words stay the same. */
  isRefreshed?: boolean;
}

/** What the Progressing condition becomes; undefined when it stays. The first that applies. */
function progressing(
  deployment: Deployment,
  status: DeploymentStatus,
  current: ReplicaSet | undefined,
  { created, failure, nowMs }: Progress,
): NextProgress | undefined {
  const known = find(deployment.status?.conditions, 'Progressing');
  const say = (status: string, reason: string, message: string) => ({ condition: { status, reason, message } });
  if (failure) return say('False', 'ReplicaSetCreateError', failure);
  if (deployment.spec?.paused && known?.reason !== timedOut)
    return say('Unknown', 'DeploymentPaused', 'Deployment is paused');
  if (known?.reason === 'DeploymentPaused') return say('Unknown', 'DeploymentResumed', 'Deployment is resumed');
  if (created) return say('True', 'NewReplicaSetCreated', `Created new replica set ${JSON.stringify(created)}`);
  if (!known && current) {
    return say('True', 'FoundNewReplicaSet', `Found new replica set ${JSON.stringify(nameOf(current))}`);
  }
  if (known?.reason === available && status.replicas === status.updatedReplicas) return undefined;
  const what = current
    ? `ReplicaSet ${JSON.stringify(nameOf(current))}`
    : `Deployment ${JSON.stringify(deployment.metadata.name)}`;
  if (isComplete(deployment, status)) return say('True', available, `${what} has successfully progressed.`);
  if (hasProgressed(deployment.status, status)) {
    return { ...say('True', 'ReplicaSetUpdated', `${what} is progressing.`), isRefreshed: true };
  }
  return hasTimedOut(deployment, known, nowMs)
    ? say('False', timedOut, `${what} has timed out progressing.`)
    : undefined;
}

function hasProgressed(before: DeploymentStatus | undefined, now: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus | undefined) => (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  );
}

function hasTimedOut(deployment: Deployment, known: DeploymentCondition | undefined, nowMs: number): boolean {
  const seconds = deadlineOf(deployment);
  if (!known || seconds === undefined || known.reason === available) return false;
  return known.reason === timedOut || Date.parse(known.lastUpdateTime ?? '') + seconds * 1000 < nowMs;
}

function refreshed(conditions: readonly DeploymentCondition[], now: string): DeploymentCondition[] {
  return conditions.map((one) => (one.type === 'Progressing' ? { ...one, lastUpdateTime: now, reason: '' } : one));
}

/** A condition that says the same stays as it is; one with the same status keeps the time of its transition. */
function withCondition(conditions: readonly DeploymentCondition[], wanted: DeploymentCondition): DeploymentCondition[] {
  const known = find(conditions, wanted.type);
  if (known && known.status === wanted.status && known.reason === wanted.reason) return [...conditions];
  const kept = known?.status === wanted.status ? { lastTransitionTime: known.lastTransitionTime } : {};
  return [...conditions.filter(({ type }) => type !== wanted.type), { ...wanted, ...kept }];
}

function find<T extends { type: string }>(conditions: readonly T[] | undefined, type: string): T | undefined {
  return conditions?.find((condition) => condition.type === type);
}
