import type { Node } from '../../api/object.ts';
import type { TableColumn } from '../define-kind.ts';
import { ageColumn, nameColumn } from '../printing/columns.ts';
import { fieldDescriptions } from '../printing/descriptions.generated.ts';

const rolePrefix = 'node-role.kubernetes.io/';
const roleLabel = 'kubernetes.io/role';

export const nodeColumns: TableColumn<Node>[] = [
  nameColumn(),
  { name: 'Status', type: 'string', description: 'The status of the node', cell: nodeStatus },
  { name: 'Roles', type: 'string', description: 'The roles of the node', cell: nodeRoles },
  ageColumn(),
  {
    name: 'Version',
    type: 'string',
    description: fieldDescriptions['V1NodeSystemInfo.kubeletVersion'],
    cell: (node) => node.status?.nodeInfo?.kubeletVersion ?? '',
  },
  {
    name: 'Internal-IP',
    type: 'string',
    priority: 1,
    description: fieldDescriptions['V1NodeStatus.addresses'],
    cell: (node) => firstAddress(node, 'InternalIP'),
  },
  {
    name: 'External-IP',
    type: 'string',
    priority: 1,
    description: fieldDescriptions['V1NodeStatus.addresses'],
    cell: (node) => firstAddress(node, 'ExternalIP'),
  },
  {
    name: 'OS-Image',
    type: 'string',
    priority: 1,
    description: fieldDescriptions['V1NodeSystemInfo.osImage'],
    cell: (node) => node.status?.nodeInfo?.osImage || '<unknown>',
  },
  {
    name: 'Kernel-Version',
    type: 'string',
    priority: 1,
    description: fieldDescriptions['V1NodeSystemInfo.kernelVersion'],
    cell: (node) => node.status?.nodeInfo?.kernelVersion || '<unknown>',
  },
  {
    name: 'Container-Runtime',
    type: 'string',
    priority: 1,
    description: fieldDescriptions['V1NodeSystemInfo.containerRuntimeVersion'],
    cell: (node) => node.status?.nodeInfo?.containerRuntimeVersion || '<unknown>',
  },
];

function nodeStatus(node: Node): string {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  const status = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable ? `${status},SchedulingDisabled` : status;
}

function nodeRoles(node: Node): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) roles.add(key.slice(rolePrefix.length));
    else if (key === roleLabel && value) roles.add(value);
  }
  return [...roles].sort().join(',') || '<none>';
}

function firstAddress(node: Node, type: string): string {
  return node.status?.addresses?.find((address) => address.type === type)?.address || '<none>';
}
