import type { Service, ServicePort } from '../../api/object.ts';
import type { TableColumn } from '../define-kind.ts';
import { ageColumn, formatLabels, nameColumn } from '../printing/columns.ts';
import { fieldDescriptions } from '../printing/descriptions.generated.ts';

export const serviceColumns: TableColumn<Service>[] = [
  nameColumn(),
  {
    name: 'Type',
    type: 'string',
    description: fieldDescriptions['V1ServiceSpec.type'],
    cell: (service) => service.spec?.type ?? '',
  },
  {
    name: 'Cluster-IP',
    type: 'string',
    description: fieldDescriptions['V1ServiceSpec.clusterIP'],
    cell: (service) => service.spec?.clusterIPs?.[0] ?? '<none>',
  },
  {
    name: 'External-IP',
    type: 'string',
    description: fieldDescriptions['V1ServiceSpec.externalIPs'],
    cell: externalIP,
  },
  {
    name: 'Port(s)',
    type: 'string',
    description: fieldDescriptions['V1ServiceSpec.ports'],
    cell: (service) => (service.spec?.ports ?? []).map(portText).join(',') || '<none>',
  },
  ageColumn(),
  {
    name: 'Selector',
    type: 'string',
    priority: 1,
    description: fieldDescriptions['V1ServiceSpec.selector'],
    cell: (service) => formatLabels(service.spec?.selector),
  },
];

/** `80/TCP`, `80:30080/TCP`. */
function portText({ port, nodePort, protocol }: ServicePort): string {
  return `${nodePort ? `${port}:${nodePort}` : port}/${protocol ?? ''}`;
}

function externalIP({ spec = {}, status }: Service): string {
  const external = spec.externalIPs ?? [];
  switch (spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return external.join(',') || '<none>';
    case 'LoadBalancer': {
      const assigned = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
      return [...[...new Set(assigned)].sort(), ...external].filter(Boolean).join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}
