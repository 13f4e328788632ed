import { defineFilter } from '../plugin.ts';

const rejection = { reasons: ["node(s) didn't match the requested node name"], unresolvable: true };

/** A Pod that names its node fits there only. */
export default defineFilter({
  name: 'NodeName',
  order: 20,
  prepare({ nodeName }) {
    return nodeName ? ({ name }) => (name === nodeName ? undefined : rejection) : undefined;
  },
});
