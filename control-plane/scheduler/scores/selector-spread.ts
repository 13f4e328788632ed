import type { NodeInfo } from '../node-info.ts';
import { defineScore } from '../plugin.ts';
import type { PendingPod } from '../pod-info.ts';
import { matches, type Snapshot } from '../snapshot.ts';

const zoneLabel = 'topology.kubernetes.io/zone';
/** Where nodes are in zones, being alone in a zone counts twice as much as being alone on a node. */
const zoneShare = 2 / 3;

/**
 * Prefers nodes, and zones, with few Pods of the same controller or, for Pods without one, of the same Services: what
 * Kubernetes' default constraints do for Pods that have no spread constraints of their own.
 */
export default defineScore({
  name: 'SelectorSpread',
  weight: 2,
  prepare(pod, snapshot, feasible) {
    if (pod.topologySpread.length > 0) return undefined;
    const peersOn = counter(pod, snapshot);
    if (!peersOn) return undefined;
    const counts = new Map(feasible.map((node) => [node, peersOn(node)]));
    const inZones = new Map<string, number>();
    for (const [{ labels }, count] of counts) {
      const zone = labels[zoneLabel];
      if (zone) inZones.set(zone, (inZones.get(zone) ?? 0) + count);
    }
    const mostOnNode = Math.max(...counts.values());
    const mostInZone = Math.max(0, ...inZones.values());
    return (node) => {
      const alone = share(counts.get(node) ?? 0, mostOnNode);
      const zone = node.labels[zoneLabel];
      return zone ? alone * (1 - zoneShare) + share(inZones.get(zone) ?? 0, mostInZone) * zoneShare : alone;
    };
  },
});

function share(count: number, most: number): number {
  return most === 0 ? 100 : ((most - count) * 100) / most;
}

function counter(pod: PendingPod, snapshot: Snapshot): ((node: NodeInfo) => number) | undefined {
  const { owner } = pod;
  if (owner) return (node) => node.countOwnedBy(owner);
  const selectors = snapshot.servicesOf(pod);
  if (selectors.length === 0) return undefined;
  return ({ pods }) => {
    let count = 0;
    for (const other of pods.values()) {
      if (other.namespace === pod.namespace && selectors.some((selector) => matches(other, selector))) count++;
    }
    return count;
  };
}
