import type { Pod } from '../../api/object.ts';
import type { TableColumn } from '../define-kind.ts';
import { ageSince } from '../printing/age.ts';
import { ageColumn, nameColumn } from '../printing/columns.ts';
import { fieldDescriptions } from '../printing/descriptions.generated.ts';
import { summarizePod } from './status-text.ts';

export const podColumns: TableColumn<Pod>[] = [
  nameColumn(),
  {
    name: 'Ready',
    type: 'string',
    description: 'The aggregate readiness state of this pod for accepting traffic.',
    cell: (pod) => {
      const { ready, total } = summarizePod(pod);
      return `${ready}/${total}`;
    },
  },
  {
    name: 'Status',
    type: 'string',
    description: 'The aggregate status of the containers in this pod.',
    cell: (pod) => summarizePod(pod).status,
  },
  {
    name: 'Restarts',
    type: 'string',
    description:
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    cell: (pod, { nowMs }) => {
      const { restarts, lastRestart } = summarizePod(pod);
      return restarts > 0 && lastRestart ? `${restarts} (${ageSince(lastRestart, nowMs)} ago)` : String(restarts);
    },
  },
  ageColumn(),
  {
    name: 'IP',
    type: 'string',
    priority: 1,
    description: fieldDescriptions['V1PodStatus.podIP'],
    cell: (pod) => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || '<none>',
  },
  {
    name: 'Node',
    type: 'string',
    priority: 1,
    description: fieldDescriptions['V1PodSpec.nodeName'],
    cell: (pod) => pod.spec?.nodeName || '<none>',
  },
  {
    name: 'Nominated Node',
    type: 'string',
    priority: 1,
    description: fieldDescriptions['V1PodStatus.nominatedNodeName'],
    cell: (pod) => pod.status?.nominatedNodeName || '<none>',
  },
  {
    name: 'Readiness Gates',
    type: 'string',
    priority: 1,
    description: fieldDescriptions['V1PodSpec.readinessGates'],
    cell: readinessGates,
  },
];

function readinessGates({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const open = gates.filter(
    ({ conditionType }) => status?.conditions?.find(({ type }) => type === conditionType)?.status === 'True',
  );
  return `${open.length}/${gates.length}`;
}
