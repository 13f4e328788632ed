import type { NodeInfo } from '../node-info.ts';
import { defineFilter, type NodeCheck } from '../plugin.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Snapshot } from '../snapshot.ts';
import { countOn, hasTopologies, type SpreadConstraint, spreadConstraints } from '../topology-spread.ts';

const unlabelled = {
  reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
  unresolvable: true,
};
const uneven = { reasons: ["node(s) didn't match pod topology spread constraints"], unresolvable: false };

/** A Pod goes where it does not make the spread of those like it more uneven than it allows. */
export default defineFilter({
  name: 'PodTopologySpread',
  order: 70,
  prepare(pod, snapshot) {
    const constraints = spreadConstraints(pod, snapshot, 'DoNotSchedule');
    if (constraints.length === 0) return undefined;
    const spreads = constraints.map((constraint) => new Spread(constraint));
    countAll(spreads, snapshot, constraints);
    const check: NodeCheck = ({ labels }) => {
      for (const spread of spreads) {
        const value = labels[spread.constraint.topologyKey];
        if (value === undefined) return unlabelled;
        if (spread.skewWithOneMoreAt(value) > spread.constraint.maxSkew) return uneven;
      }
      return undefined;
    };
    return Object.assign(check, {
      imagine(other: PodInfo, node: NodeInfo, by: 1 | -1) {
        if (!hasTopologies(node, constraints)) return;
        for (const spread of spreads) {
          if (spread.constraint.counts(other) && spread.constraint.includes(node)) spread.add(node, by);
        }
      },
    });
  },
});

function countAll(spreads: readonly Spread[], { nodes }: Snapshot, constraints: readonly SpreadConstraint[]): void {
  for (const node of nodes) {
    if (!hasTopologies(node, constraints)) continue;
    for (const spread of spreads) {
      if (spread.constraint.includes(node)) spread.add(node, countOn(node, spread.constraint));
    }
  }
}

/** How many there are for each value of one label. */
class Spread {
  readonly constraint: SpreadConstraint;
  readonly #counts = new Map<string, number>();
  #least: number | undefined;

  constructor(constraint: SpreadConstraint) {
    this.constraint = constraint;
  }

  add({ labels }: NodeInfo, count: number): void {
    const value = labels[this.constraint.topologyKey]!;
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + count);
    this.#least = undefined;
  }

  skewWithOneMoreAt(value: string): number {
    const { minDomains, selectsItself } = this.constraint;
    this.#least ??= Math.min(...this.#counts.values());
    const least = this.#counts.size < minDomains ? 0 : this.#least;
    return (this.#counts.get(value) ?? 0) + (selectsItself ? 1 : 0) - least;
  }
}
