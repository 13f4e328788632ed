import { untoleratedTaint } from '../../../shared/api/taints.ts';
import { defineFilter } from '../plugin.ts';

const effects = ['NoSchedule', 'NoExecute'];
const rejection = { reasons: ['node(s) had untolerated taint(s)'], unresolvable: true };

/** Nodes repel Pods that do not tolerate their taints: so do nodes that are not ready, which carry one. */
export default defineFilter({
  name: 'TaintToleration',
  order: 30,
  prepare({ tolerations }) {
    return ({ taints }) => (untoleratedTaint(taints, tolerations, effects) ? rejection : undefined);
  },
});
