import type { DaemonSet, Node, Pod } from '../../../shared/api/object.ts';
import { isTerminal } from '../pods/pod-state.ts';
import { availableInMs } from '../replication/status.ts';
import { type Placement, placementOn, targetNode } from './placement.ts';

/** One node as a DaemonSet sees it. */
export interface NodeView extends Placement {
  name: string;
  /** Those of the DaemonSet, the oldest first and those that run before those that wait. */
  pods: Pod[];
}

export interface Situation {
  daemonSet: DaemonSet;
  hash: string;
  nowMs: number;
  nodes: NodeView[];
  /** Wait for a node that is not there. */
  lost: Pod[];
}

export function survey(
  daemonSet: DaemonSet,
  reading: { nodes: readonly Node[]; pods: readonly Pod[]; hash: string; nowMs: number },
): Situation {
  const { hash, nowMs } = reading;
  const podSpec = daemonSet.spec?.template?.spec ?? { containers: [] };
  const present = reading.pods.filter((pod) => !isTerminal(pod) || !pod.metadata.deletionTimestamp);
  const byNode = Map.groupBy(present, targetNode);
  const nodes = reading.nodes.map((node): NodeView => {
    const name = node.metadata.name ?? '';
    return { name, ...placementOn(node, podSpec), pods: (byNode.get(name) ?? []).sort(runningFirst) };
  });
  const known = new Set(nodes.map(({ name }) => name));
  const lost = present.filter((pod) => !pod.spec?.nodeName && !known.has(targetNode(pod) ?? ''));
  return { daemonSet, hash, nowMs, nodes: nodes.sort((a, b) => (a.name < b.name ? -1 : 1)), lost };
}

function runningFirst(a: Pod, b: Pod): number {
  const key = ({ metadata, spec }: Pod) => `${spec?.nodeName ? 0 : 1} ${metadata.creationTimestamp} ${metadata.name}`;
  return key(a) < key(b) ? -1 : 1;
}

export function isAvailable(pod: Pod, { daemonSet, nowMs }: Situation): boolean {
  return availableInMs(pod, (daemonSet.spec?.minReadySeconds ?? 0) * 1000, nowMs) === 0;
}
