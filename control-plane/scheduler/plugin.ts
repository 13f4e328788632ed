import type { NodeInfo } from './node-info.ts';
import type { PendingPod, PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';

/** Why a node cannot take a Pod. */
export interface Rejection {
  /** In Kubernetes' words, as they appear in `FailedScheduling`. */
  reasons: readonly string[];
  /** Removing other Pods could not help either. */
  unresolvable: boolean;
}

/** What each node that cannot take a Pod says. */
export type Rejections = ReadonlyMap<NodeInfo, Rejection>;

/** Why the node cannot take the Pod that the rule was prepared for; undefined: it can. */
export interface NodeCheck {
  (node: NodeInfo): Rejection | undefined;
  /**
   * Called while consequences are tried out, with a Pod that is imagined on the node or, by -1, away from it: for rules
   * whose answer rests on Pods of other nodes too.
   */
  imagine?(pod: PodInfo, node: NodeInfo, by: 1 | -1): void;
}

export interface FilterPlugin {
  /** Kubernetes' name of the rule. */
  name: string;
  /** Lower ones are asked first; the first rejection of a node is the one that is reported. */
  order: number;
  /** What does not depend on the node happens here, once; undefined: this Pod has nothing to ask. */
  prepare(pod: PendingPod, snapshot: Snapshot): NodeCheck | undefined;
}

export interface ScorePlugin {
  name: string;
  /** How much its points count beside those of others. */
  weight: number;
  /**
   * `feasible`: the nodes that passed all filters. The returned function gives each of them 0 (worst) to 100 points;
   * undefined: all nodes are equal to this Pod.
   */
  prepare(pod: PendingPod, snapshot: Snapshot, feasible: readonly NodeInfo[]): ((node: NodeInfo) => number) | undefined;
}

/** Declares a rule. A file in `filters/` that default-exports the result is all that it takes. */
export function defineFilter(plugin: FilterPlugin): FilterPlugin {
  return plugin;
}

/** Declares a preference. A file in `scores/` that default-exports the result is all that it takes. */
export function defineScore(plugin: ScorePlugin): ScorePlugin {
  return plugin;
}
