import { type Budget, splitByBudgets } from './budgets.ts';
import type { NodeInfo } from './node-info.ts';
import type { NodeCheck, Rejection } from './plugin.ts';
import type { PendingPod, PodInfo } from './pod-info.ts';
import { Trial } from './trial.ts';

/** What it takes that a node can have a Pod. */
export interface Candidate {
  node: string;
  /** Who has to go, the most important first; never nobody. */
  victims: readonly PodInfo[];
  /** How many of them a PodDisruptionBudget could not spare. */
  violations: number;
}

export interface VictimOptions {
  checks: readonly NodeCheck[];
  /** Nominated Pods on the node that the Pod has to yield to. */
  ahead: readonly PodInfo[];
  budgets: readonly Budget[];
}

const nobody: Rejection = { reasons: ['No preemption victims found for incoming pod'], unresolvable: true };

/** The fewest Pods of lower priority without which the node can take the Pod, or why it cannot in any case. */
export function selectVictims(
  pod: PendingPod,
  node: NodeInfo,
  { checks, ahead, budgets }: VictimOptions,
): Candidate | Rejection {
  if (node.lowestPriority >= pod.priority) return nobody;
  const lower = [...node.pods.values()].filter(({ priority }) => priority < pod.priority).sort(byImportance);
  const trial = new Trial(checks, node);
  for (const other of lower) trial.take(other);
  const rejection = trial.rejection(ahead);
  if (rejection) {
    for (const other of lower) trial.put(other);
    return rejection;
  }
  const mustGo = (other: PodInfo) => {
    trial.put(other);
    if (!trial.rejection(ahead)) return false;
    trial.take(other);
    return true;
  };
  const leaving = lower.filter((other) => other.leaving);
  const staying = lower.filter((other) => !other.leaving);
  // Whom a budget cannot spare is let off first, and of equals the most important; last those who go in any case.
  const { violating, sparable } = splitByBudgets(staying, budgets);
  const violated = violating.filter(mustGo);
  const victims = [...violated, ...sparable.filter(mustGo), ...leaving.filter(mustGo)].sort(byImportance);
  for (const victim of victims) trial.put(victim);
  return { node: node.name, victims, violations: violated.length };
}

/** The most important first: by priority, then those that have run for longer. */
export function byImportance(a: PodInfo, b: PodInfo): number {
  return b.priority - a.priority || compare(startOf(a), startOf(b));
}

/** What has not started counts as just started. */
export function startOf({ startedMs }: PodInfo): number {
  return startedMs ?? Number.POSITIVE_INFINITY;
}

export function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
