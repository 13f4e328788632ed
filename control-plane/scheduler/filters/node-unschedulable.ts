import { tolerates } from '../../../shared/api/taints.ts';
import { defineFilter } from '../plugin.ts';

const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const rejection = { reasons: ['node(s) were unschedulable'], unresolvable: true };

/** Cordoned nodes take no Pods but those that tolerate it. */
export default defineFilter({
  name: 'NodeUnschedulable',
  order: 10,
  prepare({ tolerations }) {
    if (tolerations.some((toleration) => tolerates(toleration, taint))) return undefined;
    return ({ unschedulable }) => (unschedulable ? rejection : undefined);
  },
});
