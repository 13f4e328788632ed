import { defineScore } from '../plugin.ts';

/** Prefers nodes where processor and memory would be used to a like degree, so that neither is stranded. */
export default defineScore({
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  prepare({ requests }) {
    if (!requests.cpu && !requests.memory) return undefined;
    return ({ allocatable, requested }) => {
      const fraction = (resource: string) => {
        const total = allocatable[resource] ?? 0;
        const used = (requested[resource] ?? 0) + (requests[resource] ?? 0);
        return total > 0 ? Math.min(1, used / total) : 0;
      };
      const deviation = Math.abs(fraction('cpu') - fraction('memory')) / 2;
      return (1 - deviation) * 100;
    };
  },
});
