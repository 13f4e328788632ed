import { matchesTerm } from '../node-selector.ts';
import { defineFilter } from '../plugin.ts';

const rejection = { reasons: ["node(s) didn't match Pod's node affinity/selector"], unresolvable: true };

/** `nodeSelector`, and required node affinity: any of its terms. */
export default defineFilter({
  name: 'NodeAffinity',
  order: 40,
  prepare({ nodeSelector, affinity }) {
    const labels = Object.entries(nodeSelector);
    const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    if (labels.length === 0 && !terms) return undefined;
    return (node) => {
      const selected = labels.every(([key, value]) => node.labels[key] === value);
      return selected && (!terms || terms.some((term) => matchesTerm(node, term))) ? undefined : rejection;
    };
  },
});
