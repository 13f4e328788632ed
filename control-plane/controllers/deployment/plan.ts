import type { Pod } from '../../../shared/api/object.ts';
import { controllerOf, isTerminal } from '../pods/pod-state.ts';
import {
  annotationsFor,
  newReplicaSet,
  nextRevision,
  type Revisions,
  revisionOf,
  sizeAnnotations,
} from './revisions.ts';
import { currentSize, nameOf, oldSizes, type Sizes, scaleInProportion, wasScaled } from './rollout.ts';
import { isComplete } from './status.ts';
import { type Deployment, type ReplicaSet, replicasOf } from './types.ts';

/** What to do about the ReplicaSets of a Deployment, and what they are after that. */
export interface DeploymentPlan {
  create?: ReplicaSet;
  changes: ReplicaSetChange[];
  remove: ReplicaSet[];
  /** As if everything had been done; without what the controllers of the ReplicaSets do then. */
  after: Revisions;
}

export interface ReplicaSetChange {
  before: ReplicaSet;
  after: ReplicaSet;
}

/** Decides from one consistent reading. `pods` are those of the Deployment; only the strategy Recreate looks at them. */
export function planDeployment(deployment: Deployment, revisions: Revisions, pods: readonly Pod[]): DeploymentPlan {
  if (deployment.metadata.deletionTimestamp) return { changes: [], remove: [], after: revisions };
  const isPaused = deployment.spec?.paused === true;
  if (isPaused || wasScaled(deployment, revisions)) {
    const sizes = scaleInProportion(deployment, revisions);
    const remove = isPaused ? superfluous(deployment, revisions.old) : [];
    return applySizes(deployment, revisions, { sizes, remove, isScaled: true });
  }
  const remove = isComplete(deployment, deployment.status) ? superfluous(deployment, revisions.old) : [];
  if (deployment.spec?.strategy?.type !== 'Recreate') return rollOn(deployment, revisions, remove);
  const running = revisions.old.filter((set) => replicasOf(set) > 0);
  if (running.length > 0) {
    const sizes: Sizes = new Map(running.map((set) => [nameOf(set), 0]));
    return applySizes(deployment, revisions, { sizes, remove: [] });
  }
  if (hasOldPods(revisions, pods)) return applySizes(deployment, revisions, { sizes: new Map(), remove: [] });
  return rollOn(deployment, revisions, remove);
}

/** Lets the current ReplicaSet grow, makes it where there is none, and lets the old ones shrink. */
function rollOn(deployment: Deployment, revisions: Revisions, remove: ReplicaSet[]): DeploymentPlan {
  const size = currentSize(deployment, revisions);
  const create = revisions.current ? undefined : newReplicaSet(deployment, nextRevision(revisions.old), size);
  const current = revisions.current ? withSize(revisions.current, size) : create;
  const sizes = oldSizes(deployment, { current, old: revisions.old });
  if (revisions.current) sizes.set(nameOf(revisions.current), size);
  const plan = applySizes(deployment, revisions, { sizes, remove });
  return create ? { ...plan, create, after: { ...plan.after, current: create } } : plan;
}

function applySizes(
  deployment: Deployment,
  { current, old }: Revisions,
  { sizes, remove, isScaled = false }: { sizes: Sizes; remove: ReplicaSet[]; isScaled?: boolean },
): DeploymentPlan {
  const changes: ReplicaSetChange[] = [];
  const apply = (before: ReplicaSet): ReplicaSet => {
    const size = sizes.get(nameOf(before)) ?? replicasOf(before);
    const isSized = size !== replicasOf(before) || (isScaled && size > 0);
    const isCurrent = before === current;
    const annotations = {
      ...(isCurrent ? annotationsFor(deployment, before, nextRevision(old)) : before.metadata.annotations),
      ...(isSized ? sizeAnnotations(deployment) : {}),
    };
    const minReadySeconds = isCurrent ? deployment.spec?.minReadySeconds : before.spec?.minReadySeconds;
    const sized = withSize(before, size);
    const after = {
      ...sized,
      metadata: { ...sized.metadata, annotations },
      spec: { ...sized.spec, ...(minReadySeconds ? { minReadySeconds } : { minReadySeconds: undefined }) },
    } as ReplicaSet;
    if (!isSame(before, after)) changes.push({ before, after });
    return after;
  };
  const removed = new Set(remove);
  const after = {
    current: current && apply(current),
    old: old.filter((set) => !removed.has(set)).map(apply),
  };
  return { changes, remove, after };
}

function withSize(set: ReplicaSet, replicas: number): ReplicaSet {
  return { ...set, spec: { ...(set.spec as NonNullable<ReplicaSet['spec']>), replicas } };
}

function isSame(before: ReplicaSet, after: ReplicaSet): boolean {
  const [old, wanted] = [before.metadata.annotations ?? {}, after.metadata.annotations ?? {}];
  return (
    replicasOf(before) === replicasOf(after) &&
    (before.spec?.minReadySeconds ?? 0) === (after.spec?.minReadySeconds ?? 0) &&
    Object.keys(wanted).every((name) => old[name] === wanted[name])
  );
}

/** Old and empty ReplicaSets beyond the history that is kept, the oldest revisions first. */
function superfluous({ spec }: Deployment, old: readonly ReplicaSet[]): ReplicaSet[] {
  const alive = old.filter(({ metadata }) => !metadata.deletionTimestamp);
  const surplus = alive.length - (spec?.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return [];
  const byRevision = [...alive].sort((a, b) => revisionOf(a) - revisionOf(b));
  return byRevision.slice(0, surplus).filter(isEmpty);
}

function isEmpty(set: ReplicaSet): boolean {
  const isObserved = (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0);
  return isObserved && replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0;
}

function hasOldPods({ old }: Revisions, pods: readonly Pod[]): boolean {
  if (old.some(({ status }) => (status?.replicas ?? 0) > 0)) return true;
  const owners = new Set(old.map(({ metadata }) => metadata.uid));
  return pods.some((pod) => !isTerminal(pod) && owners.has(controllerOf(pod)?.uid));
}
