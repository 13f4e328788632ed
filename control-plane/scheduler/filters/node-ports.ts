import { defineFilter } from '../plugin.ts';
import { portsCollide } from '../pod-info.ts';

const rejection = { reasons: ["node(s) didn't have free ports for the requested pod ports"], unresolvable: false };

/** A host port can be had once on a node. */
export default defineFilter({
  name: 'NodePorts',
  order: 50,
  prepare({ hostPorts }) {
    if (hostPorts.length === 0) return undefined;
    return (node) =>
      node.hostPorts.some((taken) => hostPorts.some((wanted) => portsCollide(taken, wanted))) ? rejection : undefined;
  },
});
