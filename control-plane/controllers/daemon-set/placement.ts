import type { Node, Pod, PodSpec, Toleration } from '../../../shared/api/object.ts';
import { untoleratedTaint } from '../../../shared/api/taints.ts';
import { mergeTolerations } from '../../../shared/api/tolerations.ts';
import { matchesTerm } from '../../scheduler/node-selector.ts';

const exists = (key: string, effect: string): Toleration => ({
  ...{ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect },
});

/** Daemons look after their nodes: they stay through what drives other Pods away. */
const daemonTolerations: readonly Toleration[] = [
  exists('not-ready', 'NoExecute'),
  exists('unreachable', 'NoExecute'),
  exists('disk-pressure', 'NoSchedule'),
  exists('memory-pressure', 'NoSchedule'),
  exists('pid-pressure', 'NoSchedule'),
  exists('unschedulable', 'NoSchedule'),
];

export function tolerationsOf({ tolerations = [], hostNetwork }: PodSpec): Toleration[] {
  const network = hostNetwork ? [exists('network-unavailable', 'NoSchedule')] : [];
  return mergeTolerations(tolerations, [...daemonTolerations, ...network]);
}

export interface Placement {
  /** A Pod belongs there. */
  shouldRun: boolean;
  /** A Pod that is there may stay. */
  mayStay: boolean;
}

/** Whether Pods of this spec belong on a node. */
export function placementOn({ metadata, spec }: Node, podSpec: PodSpec): Placement {
  const nowhere = { shouldRun: false, mayStay: false };
  const name = metadata.name ?? '';
  const labels = metadata.labels ?? {};
  if (podSpec.nodeName && podSpec.nodeName !== name) return nowhere;
  const isSelected = Object.entries(podSpec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  const terms = podSpec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!isSelected || (terms && !terms.some((term) => matchesTerm({ name, labels }, term)))) return nowhere;
  const tolerations = tolerationsOf(podSpec);
  const repels = (...effects: string[]) => untoleratedTaint(spec?.taints ?? [], tolerations, effects) !== undefined;
  if (!repels('NoSchedule', 'NoExecute')) return { shouldRun: true, mayStay: true };
  return { shouldRun: false, mayStay: !repels('NoExecute') };
}

/** The affinity of a Pod that is for one node, whatever its template asked for: the node was chosen by that. */
export function affinityFor(affinity: PodSpec['affinity'], nodeName: string): PodSpec['affinity'] {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [nodeName] }];
  const requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms: [{ matchFields }] };
  const nodeAffinity = { ...affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution };
  return { ...affinity, nodeAffinity };
}

/** The node that a Pod is on, or is meant for. */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec?.nodeName) return spec.nodeName;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const fields = (required?.nodeSelectorTerms ?? []).flatMap(({ matchFields = [] }) => matchFields);
  return fields.find(({ key, operator }) => key === 'metadata.name' && operator === 'In')?.values?.[0];
}
