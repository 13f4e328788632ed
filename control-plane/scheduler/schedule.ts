import type { NodeInfo } from './node-info.ts';
import type { FilterPlugin, NodeCheck, Rejection, Rejections, ScorePlugin } from './plugin.ts';
import type { PendingPod } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { checksFor, rejectionBy } from './trial.ts';

export type Decision =
  | { node: string }
  /** There is none, for these reasons. */
  | { rejections: Rejections };

export interface ScheduleOptions {
  filters: readonly FilterPlugin[];
  scores: readonly ScorePlugin[];
  /** In [0, 1). Decides where the search begins and between equals: the same numbers give the same decision. */
  random(): number;
}

/** Finds the node for a Pod. Pure: the snapshot is read only. */
export function schedule(pod: PendingPod, snapshot: Snapshot, options: ScheduleOptions): Decision {
  const checks = checksFor(pod, snapshot, options.filters);
  const check = (node: NodeInfo) => rejectionBy(checks, node, snapshot.nominations.ahead(pod, node.name));
  // Room has been made for it there, so most likely it fits, and nowhere else.
  const nominated = snapshot.node(snapshot.nominations.nodeOf(pod.key) ?? '');
  if (nominated && !check(nominated)) return { node: nominated.name };
  const { feasible, rejections } = findFeasible(check, snapshot, options);
  return feasible.length === 0 ? { rejections } : { node: best(pod, snapshot, feasible, options).name };
}

/** How many feasible nodes are enough to choose from; upstream's `percentageOfNodesToScore` left to itself. */
export function enoughNodes(nodes: number): number {
  const minimum = 100;
  if (nodes <= minimum) return nodes;
  const percentage = Math.max(5, 50 - Math.floor(nodes / 125));
  return Math.max(minimum, Math.floor((nodes * percentage) / 100));
}

function findFeasible(check: NodeCheck, { nodes }: Snapshot, { random }: ScheduleOptions) {
  const enough = enoughNodes(nodes.length);
  const feasible: NodeInfo[] = [];
  const rejections = new Map<NodeInfo, Rejection>();
  const start = Math.floor(random() * nodes.length);
  for (let step = 0; step < nodes.length && feasible.length < enough; step++) {
    const node = nodes[(start + step) % nodes.length]!;
    const rejection = check(node);
    if (rejection) rejections.set(node, rejection);
    else feasible.push(node);
  }
  return { feasible, rejections };
}

function best(pod: PendingPod, snapshot: Snapshot, feasible: readonly NodeInfo[], options: ScheduleOptions): NodeInfo {
  if (feasible.length === 1) return feasible[0]!;
  const judges = options.scores.flatMap(({ weight, prepare }) => {
    const points = prepare(pod, snapshot, feasible);
    return points ? [{ weight, points }] : [];
  });
  let winner = feasible[0]!;
  let highest = Number.NEGATIVE_INFINITY;
  let equals = 0;
  for (const node of feasible) {
    const points = judges.reduce((sum, judge) => sum + judge.weight * judge.points(node), 0);
    equals = points === highest ? equals + 1 : 1;
    // Each of n equals wins with probability 1/n.
    if (points > highest || (points === highest && options.random() * equals < 1)) winner = node;
    highest = Math.max(highest, points);
  }
  return winner;
}
