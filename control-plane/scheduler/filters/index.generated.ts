// Written by scripts/generate-indexes.ts. Do not edit.
import interPodAffinity from './inter-pod-affinity.ts';
import nodeAffinity from './node-affinity.ts';
import nodeName from './node-name.ts';
import nodePorts from './node-ports.ts';
import nodeResourcesFit from './node-resources-fit.ts';
import nodeUnschedulable from './node-unschedulable.ts';
import podTopologySpread from './pod-topology-spread.ts';
import taintToleration from './taint-toleration.ts';

export const filters = [
  interPodAffinity,
  nodeAffinity,
  nodeName,
  nodePorts,
  nodeResourcesFit,
  nodeUnschedulable,
  podTopologySpread,
  taintToleration,
];
