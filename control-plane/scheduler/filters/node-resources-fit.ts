import { defineFilter } from '../plugin.ts';

/** Room for one more Pod, and for everything that it requests. */
export default defineFilter({
  name: 'NodeResourcesFit',
  order: 60,
  prepare({ requests }) {
    const wanted = Object.entries(requests).filter(([, amount]) => amount > 0);
    return ({ allocatable, requested, pods }) => {
      const reasons: string[] = [];
      let unresolvable = false;
      const capacity = allocatable.pods ?? 0;
      if (pods.size + 1 > capacity) {
        reasons.push('Too many pods');
        unresolvable = capacity < 1;
      }
      for (const [resource, amount] of wanted) {
        const total = allocatable[resource] ?? 0;
        if (amount <= total - (requested[resource] ?? 0)) continue;
        reasons.push(`Insufficient ${resource}`);
        if (amount > total) unresolvable = true;
      }
      return reasons.length > 0 ? { reasons, unresolvable } : undefined;
    };
  },
});
