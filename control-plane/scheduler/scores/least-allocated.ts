import { defineScore } from '../plugin.ts';

const resources = ['cpu', 'memory'];

/** Prefers nodes with much left, of processor and memory alike. */
export default defineScore({
  name: 'NodeResourcesFit',
  weight: 1,
  prepare({ assumedRequests }) {
    return ({ allocatable, assumedRequested }) => {
      let points = 0;
      let counted = 0;
      for (const resource of resources) {
        const total = allocatable[resource] ?? 0;
        if (total === 0) continue;
        counted++;
        const used = (assumedRequested[resource] ?? 0) + (assumedRequests[resource] ?? 0);
        points += used > total ? 0 : ((total - used) * 100) / total;
      }
      return counted > 0 ? points / counted : 0;
    };
  },
});
