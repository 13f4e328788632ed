import type { Node, NodeCondition, Taint } from '../../../shared/api/object.ts';

export const notReadyTaint = 'node.kubernetes.io/not-ready';
export const unreachableTaint = 'node.kubernetes.io/unreachable';
const unschedulableTaint = 'node.kubernetes.io/unschedulable';

/** The taint that a condition of this status stands for. */
const taintOfCondition: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: notReadyTaint, Unknown: unreachableTaint },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
};

const managedKeys = new Set([...Object.values(taintOfCondition).flatMap(Object.values), unschedulableTaint]);

export function conditionIn(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type);
}

/** Whether a node that has said so once is ready; a node that has never reported counts as neither. */
export function readiness(node: Node): 'True' | 'False' | 'Unknown' | undefined {
  const status = conditionIn(node, 'Ready')?.status;
  return status === 'True' || status === 'False' || status === 'Unknown' ? status : undefined;
}

/**
 * The taints of the node with the `NoSchedule` ones that its conditions and its cordon ask for; undefined when they are
 * as they should be. Taints of others and `NoExecute` ones stay.
 */
export function schedulingTaints(node: Node): Taint[] | undefined {
  const taints = node.spec?.taints ?? [];
  const wanted = wantedKeys(node);
  // Until the node has reported, the taint that it was registered with keeps Pods away.
  if (!conditionIn(node, 'Ready') && isManaged(taints, notReadyTaint)) wanted.add(notReadyTaint);
  const kept = taints.filter(({ key, effect }) => effect !== 'NoSchedule' || !managedKeys.has(key) || wanted.has(key));
  const missing = [...wanted].filter((key) => !isManaged(taints, key));
  if (missing.length === 0 && kept.length === taints.length) return undefined;
  return [...kept, ...missing.map((key) => ({ key, effect: 'NoSchedule' }))];
}

function wantedKeys(node: Node): Set<string> {
  const keys = (node.status?.conditions ?? []).flatMap(({ type, status }) => taintOfCondition[type]?.[status] ?? []);
  return new Set(node.spec?.unschedulable ? [...keys, unschedulableTaint] : keys);
}

function isManaged(taints: readonly Taint[], key: string): boolean {
  return taints.some((taint) => taint.key === key && taint.effect === 'NoSchedule');
}
