import type { Node, Taint } from '../../../shared/api/object.ts';
import { notReadyTaint, readiness, unreachableTaint } from './conditions.ts';

/** Upstream's defaults: between two nodes of a zone that lose their Pods, in milliseconds. */
const intervalMs = 10_000;
const slowIntervalMs = 100_000;
/** From this share of nodes on that are not ready, the fault is more likely between them and us. */
const disruptedShare = 0.55;
const largeZone = 50;

export interface EvictionPlan {
  /** Nodes to write, with all their taints. */
  changes: { node: Node; taints: Taint[]; evicts: boolean }[];
  /** When the next node of a zone may be tainted, in epoch ms. */
  nextAtMs?: number;
}

/**
 * Decides which nodes get the `NoExecute` taint that makes their Pods leave. One node of a zone at a time; more slowly
 * where most of a zone is gone, or not at all if the zone is small; and never when every node is gone, because then it
 * is we who are cut off. When the last taint was set is read off the taints themselves.
 */
export function planEviction(nodes: readonly Node[], nowMs: number, now: string): EvictionPlan {
  const changes: EvictionPlan['changes'] = [];
  const nextTimes: number[] = [];
  const allGone = nodes.length > 0 && nodes.every(isGone);
  for (const zone of zonesOf(nodes)) {
    const interval = allGone ? undefined : intervalOf(zone);
    let earliest = interval === undefined ? undefined : lastTaintMs(zone) + interval;
    for (const node of zone) {
      const key = taintKey(node);
      const held = evictionTaints(node);
      if (!key || allGone) {
        if (held.length > 0 && (allGone || readiness(node) === 'True')) changes.push(without(node));
      } else if (held.length > 0) {
        // The kind of absence may change; the time it began does not.
        if (held.length > 1 || held[0]!.key !== key)
          changes.push(withTaint(node, key, held[0]!.timeAdded ?? now, false));
      } else if (earliest !== undefined && interval !== undefined) {
        if (earliest <= nowMs) {
          changes.push(withTaint(node, key, now, true));
          earliest = nowMs + interval;
        } else nextTimes.push(earliest);
      }
    }
  }
  return { changes, ...(nextTimes.length > 0 ? { nextAtMs: Math.min(...nextTimes) } : {}) };
}

function taintKey(node: Node): string | undefined {
  const state = readiness(node);
  return state === 'Unknown' ? unreachableTaint : state === 'False' ? notReadyTaint : undefined;
}

function isGone(node: Node): boolean {
  return readiness(node) !== 'True';
}

function evictionTaints(node: Node): Taint[] {
  return (node.spec?.taints ?? []).filter(isEvictionTaint);
}

function isEvictionTaint({ key, effect }: Taint): boolean {
  return effect === 'NoExecute' && (key === notReadyTaint || key === unreachableTaint);
}

function without(node: Node): EvictionPlan['changes'][number] {
  return { node, taints: (node.spec?.taints ?? []).filter((taint) => !isEvictionTaint(taint)), evicts: false };
}

function withTaint(node: Node, key: string, timeAdded: string, evicts: boolean): EvictionPlan['changes'][number] {
  return { node, taints: [...without(node).taints, { key, effect: 'NoExecute', timeAdded }], evicts };
}

function zonesOf(nodes: readonly Node[]): Node[][] {
  const zones = new Map<string, Node[]>();
  for (const node of nodes) {
    const { labels = {} } = node.metadata;
    const name = `${labels['topology.kubernetes.io/region'] ?? ''}/${labels['topology.kubernetes.io/zone'] ?? ''}`;
    zones.set(name, [...(zones.get(name) ?? []), node]);
  }
  return [...zones.values()];
}

/** Undefined: no evictions in this zone. */
function intervalOf(zone: readonly Node[]): number | undefined {
  const gone = zone.filter(isGone).length;
  const isPartial = gone > 2 && gone < zone.length && gone / zone.length >= disruptedShare;
  if (!isPartial) return intervalMs;
  return zone.length > largeZone ? slowIntervalMs : undefined;
}

function lastTaintMs(zone: readonly Node[]): number {
  const times = zone.flatMap(evictionTaints).flatMap(({ timeAdded }) => (timeAdded ? [Date.parse(timeAdded)] : []));
  return Math.max(Number.NEGATIVE_INFINITY, ...times);
}
