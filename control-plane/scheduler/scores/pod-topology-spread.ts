import type { NodeInfo } from '../node-info.ts';
import { defineScore } from '../plugin.ts';
import type { Snapshot } from '../snapshot.ts';
import { countOn, hasTopologies, type SpreadConstraint, spreadConstraints } from '../topology-spread.ts';

/** Prefers nodes, and zones, with few of the Pods that a Pod would like to be spread evenly. */
export default defineScore({
  name: 'PodTopologySpread',
  weight: 2,
  prepare(pod, snapshot, feasible) {
    const constraints = spreadConstraints(pod, snapshot, 'ScheduleAnyway');
    if (constraints.length === 0) return undefined;
    const judged = feasible.filter((node) => hasTopologies(node, constraints));
    const crowds = constraints.map((constraint) => crowdOf(constraint, { constraints, snapshot, judged }));
    const sums = new Map(judged.map((node) => [node, Math.round(crowds.reduce((sum, crowd) => sum + crowd(node), 0))]));
    const most = Math.max(...sums.values());
    const least = Math.min(...sums.values());
    return (node) => {
      const sum = sums.get(node);
      if (sum === undefined) return 0;
      return most === 0 ? 100 : Math.floor((100 * (most + least - sum)) / most);
    };
  },
});

interface Spread {
  constraints: readonly SpreadConstraint[];
  snapshot: Snapshot;
  judged: readonly NodeInfo[];
}

/**
 * How crowded it is where a node is. A label with many values counts for more, since each has but few Pods; a skew that
 * is tolerated makes differences smaller beside it.
 */
function crowdOf(constraint: SpreadConstraint, { constraints, snapshot, judged }: Spread): (node: NodeInfo) => number {
  const { topologyKey, maxSkew } = constraint;
  const counts = new Map(judged.map(({ labels }) => [labels[topologyKey]!, 0]));
  const weight = Math.log(counts.size + 2);
  for (const node of snapshot.nodes) {
    const before = counts.get(node.labels[topologyKey] ?? '');
    if (before === undefined || !hasTopologies(node, constraints) || !constraint.includes(node)) continue;
    counts.set(node.labels[topologyKey]!, before + countOn(node, constraint));
  }
  return ({ labels }) => counts.get(labels[topologyKey]!)! * weight + (maxSkew - 1);
}
