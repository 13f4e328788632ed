import type { Node, NodeCondition } from '../../shared/api/object.ts';

/** Conditions that only the node itself can know. */
const ownConditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/**
 * The merge patch of the status of a node that has not been heard of for the grace period: what it alone can know
 * becomes Unknown. Undefined when that is what its status says already.
 */
export function nodeLostPatch(node: Node, nowMs: number): { status: { conditions: NodeCondition[] } } | undefined {
  const now = new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const present = node.status?.conditions ?? [];
  const isKnown = (condition: NodeCondition) =>
    ownConditions.includes(condition.type) && condition.status !== 'Unknown';
  const hasReady = present.some(({ type }) => type === 'Ready');
  if (hasReady && !present.some(isKnown)) return undefined;
  const conditions = present.map((condition) => (isKnown(condition) ? unknown(condition, now) : condition));
  if (!hasReady) conditions.push(neverUpdated(now));
  return { status: { conditions } };
}

function unknown(condition: NodeCondition, now: string): NodeCondition {
  return {
    ...condition,
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastTransitionTime: now,
  };
}

function neverUpdated(now: string): NodeCondition {
  return {
    type: 'Ready',
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
}
