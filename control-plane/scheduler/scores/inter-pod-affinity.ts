import type { NodeInfo } from '../node-info.ts';
import { defineScore } from '../plugin.ts';
import type { PendingPod, PodInfo } from '../pod-info.ts';
import { noTerms, type Term } from '../pod-terms.ts';
import type { Snapshot } from '../snapshot.ts';
import { TopologyCounts } from '../topology-counts.ts';

/** What it counts that Pods need this one beside them which are there already. */
const weightOfNeed = 1;

/** Prefers nodes near Pods that the Pod likes, and that like it, to those near Pods where either would rather not. */
export default defineScore({
  name: 'InterPodAffinity',
  weight: 2,
  prepare(pod, snapshot, feasible) {
    const sums = liking(pod, snapshot);
    if (sums.isEmpty()) return undefined;
    const points = feasible.map((node) => sums.sum(node));
    const least = Math.min(...points);
    const range = Math.max(...points) - least;
    return range === 0 ? undefined : (node) => ((sums.sum(node) - least) * 100) / range;
  },
});

function liking(pod: PendingPod, snapshot: Snapshot): TopologyCounts {
  const sums = new TopologyCounts();
  const own = pod.terms ?? noTerms;
  const hasWishes = own.preferred.length + own.preferredAnti.length > 0;
  const count = (terms: readonly Term[], selected: PodInfo, { node, factor }: { node: NodeInfo; factor: number }) => {
    for (const term of terms) {
      if (term.selects(selected, snapshot.labelsOfNamespace)) sums.add(node, term.topologyKey, term.weight * factor);
    }
  };
  for (const node of hasWishes ? snapshot.nodes : snapshot.nodesWithTerms) {
    for (const other of (hasWishes ? node.pods : node.withTerms).values()) {
      const theirs = other.terms ?? noTerms;
      count(own.preferred, other, { node, factor: 1 });
      count(own.preferredAnti, other, { node, factor: -1 });
      count(theirs.required, pod, { node, factor: weightOfNeed });
      count(theirs.preferred, pod, { node, factor: 1 });
      count(theirs.preferredAnti, pod, { node, factor: -1 });
    }
  }
  return sums;
}
