import type { Pod } from '../../../shared/api/object.ts';
import { isUpdated } from './new-pod.ts';
import { isAvailable, type NodeView, type Situation } from './nodes.ts';

export interface Rollout {
  create: string[];
  remove: Pod[];
}

/** The Pods on a node that stay, of the old templates and of the present one; undefined where there are too many. */
interface Pair {
  node: NodeView;
  current?: Pod;
  old?: Pod;
}

/** The next step of an update within its limits, on nodes that have what they should have. */
export function planRollout(situation: Situation): Rollout {
  const { updateStrategy } = situation.daemonSet.spec ?? {};
  const desired = situation.nodes.filter(({ shouldRun }) => shouldRun).length;
  const { maxSurge = 0, maxUnavailable = 1 } = updateStrategy?.rollingUpdate ?? {};
  const surge = share(maxSurge, desired);
  const occupied = situation.nodes.filter(({ pods }) => pods.length > 0);
  if (surge > 0) return planSurge(situation, occupied, { surge, desired });
  // Neither a place nor time without a Pod: nothing would ever move.
  return replaceInPlace(situation, occupied, Math.max(share(maxUnavailable, desired), 1));
}

/** A number, or a percentage of all, rounded up. */
function share(value: number | string, all: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * all) / 100);
}

function pairOn(node: NodeView, { daemonSet, hash }: Situation): Pair | undefined {
  const alive = node.pods.filter(({ metadata }) => !metadata.deletionTimestamp);
  const [current, ...moreCurrent] = alive.filter((pod) => isUpdated(pod, daemonSet, hash));
  const [old, ...moreOld] = alive.filter((pod) => !isUpdated(pod, daemonSet, hash));
  if (moreCurrent.length + moreOld.length > 0) return undefined;
  return { node, ...(current ? { current } : {}), ...(old ? { old } : {}) };
}

/** Deletes old Pods, and no more than may be missing; where one is not available anyway it can go. */
function replaceInPlace(situation: Situation, nodes: readonly NodeView[], maxUnavailable: number): Rollout {
  let unavailable = 0;
  const replaceable: Pod[] = [];
  const candidates: Pod[] = [];
  for (const pair of nodes.map((node) => pairOn(node, situation))) {
    const { current, old } = pair ?? {};
    if (Boolean(current) === Boolean(old)) unavailable++;
    else if (current) unavailable += isAvailable(current, situation) ? 0 : 1;
    else if (old && isAvailable(old, situation)) candidates.push(old);
    else if (old) {
      replaceable.push(old);
      unavailable++;
    }
  }
  const allowed = Math.max(0, maxUnavailable - unavailable);
  return { create: [], remove: [...replaceable, ...candidates.slice(0, allowed)] };
}

/** Makes new Pods beside the old ones, which go when those are available. */
function planSurge(
  situation: Situation,
  nodes: readonly NodeView[],
  { surge, desired }: { surge: number; desired: number },
): Rollout {
  let surging = 0;
  let available = 0;
  const remove: Pod[] = [];
  const unneeded: Pod[] = [];
  const allowed: string[] = [];
  const candidates: string[] = [];
  for (const node of nodes) {
    const pair = pairOn(node, situation);
    if (!pair) {
      surging++;
      continue;
    }
    const { current, old } = pair;
    const first = old ?? current;
    if (first && isAvailable(first, situation)) available++;
    if (!old) continue;
    if (current) {
      if (isAvailable(current, situation)) remove.push(old);
      else surging++;
    } else if (!isAvailable(old, situation)) {
      if (node.shouldRun) allowed.push(node.name);
      else remove.push(old);
    } else if (node.shouldRun) candidates.push(node.name);
    else unneeded.push(old);
  }
  // The application is to be there everywhere: a Pod that is not wanted where it is goes when others have come.
  remove.push(...unneeded.slice(0, Math.max(0, available - desired)));
  return { create: [...allowed, ...candidates.slice(0, Math.max(0, surge - surging))], remove };
}
