import { matchesTerm } from '../node-selector.ts';
import { defineScore } from '../plugin.ts';

/** Prefers nodes by the weights of the preferred node affinity terms that they match. */
export default defineScore({
  name: 'NodeAffinity',
  weight: 2,
  prepare({ affinity }, _snapshot, feasible) {
    const terms = affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (terms.length === 0) return undefined;
    const sums = new Map(
      feasible.map((node) => [
        node,
        terms.reduce((sum, { preference, weight }) => sum + (matchesTerm(node, preference) ? weight : 0), 0),
      ]),
    );
    const most = Math.max(...sums.values());
    return (node) => (most === 0 ? 0 : ((sums.get(node) ?? 0) * 100) / most);
  },
});
