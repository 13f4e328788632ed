import { explain } from './explain.ts';
import type { NodeInfo } from './node-info.ts';
import type { FilterPlugin, Rejection, ScorePlugin } from './plugin.ts';
import type { PendingPod } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';

export type Decision =
  | { node: string }
  /** Why there is none, in Kubernetes' words. */
  | { failed: string };

export interface ScheduleOptions {
  filters: readonly FilterPlugin[];
  scores: readonly ScorePlugin[];
  /** In [0, 1). Decides where the search begins and between equals: the same numbers give the same decision. */
  random(): number;
}

/** Finds the node for a Pod. Pure: the snapshot is read only. */
export function schedule(pod: PendingPod, snapshot: Snapshot, options: ScheduleOptions): Decision {
  const { nodes } = snapshot;
  if (nodes.length === 0) return { failed: 'no nodes available to schedule pods' };
  const { feasible, rejections } = findFeasible(pod, snapshot, options);
  if (feasible.length === 0) return { failed: explain(pod, nodes.length, rejections) };
  return { node: best(pod, snapshot, feasible, options).name };
}

/** How many feasible nodes are enough to choose from; upstream's `percentageOfNodesToScore` left to itself. */
export function enoughNodes(nodes: number): number {
  const minimum = 100;
  if (nodes <= minimum) return nodes;
  const percentage = Math.max(5, 50 - Math.floor(nodes / 125));
  return Math.max(minimum, Math.floor((nodes * percentage) / 100));
}

function findFeasible(pod: PendingPod, snapshot: Snapshot, { filters, random }: ScheduleOptions) {
  const checks = [...filters]
    .sort((a, b) => a.order - b.order)
    .flatMap((filter) => filter.prepare(pod, snapshot) ?? []);
  const { nodes } = snapshot;
  const enough = enoughNodes(nodes.length);
  const feasible: NodeInfo[] = [];
  const rejections: Rejection[] = [];
  const start = Math.floor(random() * nodes.length);
  for (let step = 0; step < nodes.length && feasible.length < enough; step++) {
    const node = nodes[(start + step) % nodes.length]!;
    const rejection = firstRejection(checks, node);
    if (rejection) rejections.push(rejection);
    else feasible.push(node);
  }
  return { feasible, rejections };
}

function firstRejection(checks: readonly ((node: NodeInfo) => Rejection | undefined)[], node: NodeInfo) {
  for (const check of checks) {
    const rejection = check(node);
    if (rejection) return rejection;
  }
  return undefined;
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
