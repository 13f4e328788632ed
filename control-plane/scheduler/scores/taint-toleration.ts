import { tolerates } from '../../../shared/api/taints.ts';
import type { NodeInfo } from '../node-info.ts';
import { defineScore } from '../plugin.ts';

const effect = 'PreferNoSchedule';

/** Avoids nodes that would rather not have the Pod. */
export default defineScore({
  name: 'TaintToleration',
  weight: 3,
  prepare({ tolerations }, _snapshot, feasible) {
    const relevant = tolerations.filter((toleration) => !toleration.effect || toleration.effect === effect);
    const unwelcome = ({ taints }: NodeInfo) =>
      taints.filter((taint) => taint.effect === effect && !relevant.some((item) => tolerates(item, taint))).length;
    const most = feasible.reduce((sum, node) => Math.max(sum, unwelcome(node)), 0);
    return most === 0 ? undefined : (node) => 100 - (unwelcome(node) * 100) / most;
  },
});
