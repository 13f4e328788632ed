import type { Budget } from './budgets.ts';
import { sentence } from './explain.ts';
import type { NodeInfo } from './node-info.ts';
import type { FilterPlugin, Rejection, Rejections } from './plugin.ts';
import type { PendingPod, PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';
import { checksFor } from './trial.ts';
import { type Candidate, compare, selectVictims, startOf } from './victims.ts';

export type Preemption =
  /** Once the victims are gone the Pod fits on the node. */
  | Candidate
  /** It may not make room, or not now: what it was nominated for stands. */
  | { ineligible: string }
  /** No node can be freed for it: it waits for no particular one. */
  | { hopeless: string };

export interface PreemptionOptions {
  filters: readonly FilterPlugin[];
  budgets: readonly Budget[];
  /** In [0, 1). Decides where the search begins. */
  random(): number;
}

/** Whether there is anybody to ask the budgets about. */
export function mayPreempt(pod: PendingPod, snapshot: Snapshot, rejections: Rejections): boolean {
  if (ineligible(pod, snapshot, rejections)) return false;
  return resolvable(rejections).some(({ lowestPriority }) => lowestPriority < pod.priority);
}

const notHelpful: Rejection = { reasons: ['Preemption is not helpful for scheduling'], unresolvable: true };
/** A search ends with so many candidates, or with this part of all nodes where it is more. */
const enoughCandidates = 100;
const shareOfNodes = 0.1;

/** Finds out who has to go for a Pod that all nodes have refused. Pure: the snapshot is read only. */
export function preempt(
  pod: PendingPod,
  snapshot: Snapshot,
  rejections: Rejections,
  { filters, budgets, random }: PreemptionOptions,
): Preemption {
  const why = ineligible(pod, snapshot, rejections);
  if (why) return { ineligible: why };
  const nodes = resolvable(rejections);
  const checks = nodes.length > 0 ? checksFor(pod, snapshot, filters) : [];
  const enough = Math.max(enoughCandidates, Math.floor(nodes.length * shareOfNodes));
  const candidates: Candidate[] = [];
  const refusals: Rejection[] = [];
  let isWithinBudgets = false;
  const start = Math.floor(random() * nodes.length);
  for (let step = 0; step < nodes.length && !(isWithinBudgets && candidates.length >= enough); step++) {
    const node = nodes[(start + step) % nodes.length]!;
    const ahead = snapshot.nominations.ahead(pod, node.name);
    const found = selectVictims(pod, node, { checks, ahead, budgets });
    if ('victims' in found) {
      candidates.push(found);
      isWithinBudgets ||= found.violations === 0;
    } else refusals.push(found);
  }
  if (candidates.length > 0) return best(candidates);
  const others = new Array<Rejection>(snapshot.nodes.length - refusals.length).fill(notHelpful);
  return { hopeless: sentence(snapshot.nodes.length, [...refusals, ...others]) };
}

/** The nodes where it could help that Pods go. */
function resolvable(rejections: Rejections): NodeInfo[] {
  return [...rejections].flatMap(([node, { unresolvable }]) => (unresolvable ? [] : [node]));
}

function ineligible(pod: PendingPod, snapshot: Snapshot, rejections: Rejections): string | undefined {
  if (pod.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = snapshot.node(snapshot.nominations.nodeOf(pod.key) ?? '');
  if (!nominated || rejections.get(nominated)?.unresolvable !== false) return undefined;
  const isLeaving = ({ priority, leaving }: PodInfo) => priority < pod.priority && leaving === 'preempted';
  const awaits = [...nominated.pods.values()].some(isLeaving);
  return awaits ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

/** What makes one candidate better than another, lower being better; the next one counts where all before are equal. */
const criteria: readonly ((candidate: Candidate) => number)[] = [
  ({ violations }) => violations,
  ({ victims }) => victims[0]!.priority,
  // Priorities may be negative: two such victims must not look better than one.
  ({ victims }) => victims.reduce((sum, { priority }) => sum + priority + 2 ** 31, 0),
  ({ victims }) => victims.length,
  ({ victims }) => {
    const highest = victims.filter(({ priority }) => priority === victims[0]!.priority);
    return -Math.min(...highest.map(startOf));
  },
];

export function compareCandidates(a: Candidate, b: Candidate): number {
  for (const criterion of criteria) {
    const order = compare(criterion(a), criterion(b));
    if (order !== 0) return order;
  }
  return 0;
}

/** Of equals the first. */
function best(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((best, candidate) => (compareCandidates(candidate, best) < 0 ? candidate : best));
}
