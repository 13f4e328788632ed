// Written by scripts/generate-indexes.ts. Do not edit.
import balancedAllocation from './balanced-allocation.ts';
import interPodAffinity from './inter-pod-affinity.ts';
import leastAllocated from './least-allocated.ts';
import nodeAffinity from './node-affinity.ts';
import podTopologySpread from './pod-topology-spread.ts';
import selectorSpread from './selector-spread.ts';
import taintToleration from './taint-toleration.ts';

export const scores = [
  balancedAllocation,
  interPodAffinity,
  leastAllocated,
  nodeAffinity,
  podTopologySpread,
  selectorSpread,
  taintToleration,
];
