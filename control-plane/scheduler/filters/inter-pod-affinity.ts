import type { NodeInfo } from '../node-info.ts';
import { defineFilter, type NodeCheck } from '../plugin.ts';
import type { PendingPod, PodInfo } from '../pod-info.ts';
import { noTerms } from '../pod-terms.ts';
import type { Snapshot } from '../snapshot.ts';
import { TopologyCounts } from '../topology-counts.ts';

const apart = { reasons: ["node(s) didn't match pod anti-affinity rules"], unresolvable: false };
const unwanted = { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], unresolvable: false };
const alone = { reasons: ["node(s) didn't match pod affinity rules"], unresolvable: true };

/** A Pod goes where those are that it needs, and neither to those that it shuns nor to those that shun it. */
export default defineFilter({
  name: 'InterPodAffinity',
  order: 80,
  prepare(pod, snapshot) {
    const { required, requiredAnti } = pod.terms ?? noTerms;
    const counts = new Counts(pod, snapshot);
    if (counts.isIrrelevant) return undefined;
    const labelsOf = snapshot.labelsOfNamespace;
    const needsItself = required.length > 0 && required.every((term) => term.selects(pod, labelsOf));
    const check: NodeCheck = (node) => {
      const isIn = required.every(({ topologyKey }) => node.labels[topologyKey] !== undefined);
      const isBeside = required.every(({ topologyKey }) => counts.needed.at(node, topologyKey) > 0);
      // The first of those that need each other may go anywhere.
      if (!isIn || !(isBeside || (needsItself && counts.needed.isEmpty()))) return alone;
      if (requiredAnti.some(({ topologyKey }) => counts.shunned.at(node, topologyKey) > 0)) return apart;
      return counts.shunning.sum(node) > 0 ? unwanted : undefined;
    };
    return Object.assign(check, {
      imagine: (other: PodInfo, node: NodeInfo, by: 1 | -1) => counts.add(other, node, by),
    });
  },
});

/** Where those are whom the rules of one Pod are about, or whose rules are about it. */
class Counts {
  /** Pods that all terms of its affinity select, by the keys of these terms. */
  readonly needed = new TopologyCounts();
  readonly shunned = new TopologyCounts();
  readonly shunning = new TopologyCounts();
  readonly isIrrelevant: boolean;
  readonly #pod: PendingPod;
  readonly #snapshot: Snapshot;

  constructor(pod: PendingPod, snapshot: Snapshot) {
    this.#pod = pod;
    this.#snapshot = snapshot;
    const { required, requiredAnti } = pod.terms ?? noTerms;
    const hasRules = required.length + requiredAnti.length > 0;
    for (const node of hasRules ? snapshot.nodes : snapshot.nodesWithTerms) {
      for (const other of (hasRules ? node.pods : node.withTerms).values()) this.add(other, node, 1);
    }
    this.isIrrelevant = !hasRules && this.shunning.isEmpty();
  }

  add(other: PodInfo, node: NodeInfo, by: 1 | -1): void {
    const { required, requiredAnti } = this.#pod.terms ?? noTerms;
    const labelsOf = this.#snapshot.labelsOfNamespace;
    for (const term of other.terms?.requiredAnti ?? []) {
      if (term.selects(this.#pod, labelsOf)) this.shunning.add(node, term.topologyKey, by);
    }
    for (const term of requiredAnti) {
      if (term.selects(other, labelsOf)) this.shunned.add(node, term.topologyKey, by);
    }
    if (required.every((term) => term.selects(other, labelsOf))) {
      for (const { topologyKey } of required) this.needed.add(node, topologyKey, by);
    }
  }
}
