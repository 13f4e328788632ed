import type { NodeInfo } from './node-info.ts';

/** Something counted for each part of the cluster: for each value that a label of nodes has. */
export class TopologyCounts {
  readonly #counts = new Map<string, Map<string, number>>();

  /** Counts it for all nodes that are where this one is; nowhere when it lacks the label. */
  add({ labels }: Pick<NodeInfo, 'labels'>, topologyKey: string, amount: number): void {
    const value = labels[topologyKey];
    if (value === undefined) return;
    const counts = this.#counts.get(topologyKey) ?? new Map<string, number>();
    const sum = (counts.get(value) ?? 0) + amount;
    if (sum === 0) counts.delete(value);
    else counts.set(value, sum);
    if (counts.size === 0) this.#counts.delete(topologyKey);
    else this.#counts.set(topologyKey, counts);
  }

  /** What was counted where this node is. */
  at({ labels }: Pick<NodeInfo, 'labels'>, topologyKey: string): number {
    const value = labels[topologyKey];
    return value === undefined ? 0 : (this.#counts.get(topologyKey)?.get(value) ?? 0);
  }

  /** Over all labels. */
  sum(node: Pick<NodeInfo, 'labels'>): number {
    let sum = 0;
    for (const topologyKey of this.#counts.keys()) sum += this.at(node, topologyKey);
    return sum;
  }

  isEmpty(): boolean {
    return this.#counts.size === 0;
  }
}
