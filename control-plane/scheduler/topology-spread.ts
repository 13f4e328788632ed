import { labelSelectorFromObject } from '../../shared/api/selectors.ts';
import nodeAffinity from './filters/node-affinity.ts';
import taintToleration from './filters/taint-toleration.ts';
import type { NodeInfo } from './node-info.ts';
import type { FilterPlugin } from './plugin.ts';
import type { PendingPod, PodInfo } from './pod-info.ts';
import type { Snapshot } from './snapshot.ts';

/** How evenly Pods are to be spread over the values of a label of nodes. */
export interface SpreadConstraint {
  topologyKey: string;
  maxSkew: number;
  minDomains: number;
  /** Whether the Pod itself is one of those that are spread. */
  selectsItself: boolean;
  /** One of those that are spread; who is on the way out does not count any more. */
  counts(pod: PodInfo): boolean;
  /** Whether the values of this node are among those that Pods are spread over. */
  includes(node: NodeInfo): boolean;
}

/** What the Pod demands (`DoNotSchedule`), or would like (`ScheduleAnyway`). */
export function spreadConstraints(
  pod: PendingPod,
  snapshot: Snapshot,
  whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway',
): SpreadConstraint[] {
  const constraints = pod.topologySpread.filter((constraint) => constraint.whenUnsatisfiable === whenUnsatisfiable);
  return constraints.map(({ topologyKey, maxSkew, minDomains = 1, ...rest }) => {
    const selector = rest.labelSelector && labelSelectorFromObject(rest.labelSelector);
    const rules: FilterPlugin[] = [];
    if (rest.nodeAffinityPolicy !== 'Ignore') rules.push(nodeAffinity);
    if (rest.nodeTaintsPolicy === 'Honor') rules.push(taintToleration);
    const checks = rules.flatMap((rule) => rule.prepare(pod, snapshot) ?? []);
    return {
      topologyKey,
      maxSkew,
      minDomains,
      selectsItself: selector?.matches(pod.labels) === true,
      // A selector that is empty counts nobody, in Kubernetes too.
      counts: ({ labels, leaving, namespace }) =>
        !leaving && namespace === pod.namespace && selector?.isEmpty() === false && selector.matches(labels),
      includes: (node) => checks.every((check) => !check(node)),
    };
  });
}

/** A node that lacks one of the labels takes no part. */
export function hasTopologies({ labels }: NodeInfo, constraints: readonly SpreadConstraint[]): boolean {
  return constraints.every(({ topologyKey }) => labels[topologyKey] !== undefined);
}

export function countOn({ pods }: NodeInfo, { counts }: SpreadConstraint): number {
  let count = 0;
  for (const pod of pods.values()) if (counts(pod)) count++;
  return count;
}
