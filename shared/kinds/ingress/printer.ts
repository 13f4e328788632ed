import type { Ingress } from '../../api/object.ts';
import type { TableColumn } from '../define-kind.ts';
import { ageColumn, nameColumn } from '../printing/columns.ts';

/** How many hosts a cell names before it only counts rules. */
const shown = 3;

export const ingressColumns: TableColumn<Ingress>[] = [
  nameColumn(),
  {
    name: 'Class',
    type: 'string',
    description: 'The name of the IngressClass resource that should be used for additional configuration',
    cell: ({ spec }) => spec?.ingressClassName ?? '<none>',
  },
  {
    name: 'Hosts',
    type: 'string',
    description: 'Hosts that incoming requests are matched against before the ingress rule',
    cell: ({ spec }) => formatHosts(spec?.rules?.map(({ host }) => host ?? '') ?? []),
  },
  {
    name: 'Address',
    type: 'string',
    description: 'Address is a list containing ingress points for the load-balancer',
    cell: ({ status }) => {
      const points = status?.loadBalancer?.ingress?.map(({ ip, hostname }) => ip || hostname || '') ?? [];
      return [...new Set(points.filter((point) => point !== ''))].sort().join(',');
    },
  },
  {
    name: 'Ports',
    type: 'string',
    description: 'Ports of TLS configurations that open',
    cell: ({ spec }) => (spec?.tls?.length ? '80, 443' : '80'),
  },
  ageColumn(),
];

/** One host a rule, in order; rules without one are for all hosts. */
function formatHosts(hosts: readonly string[]): string {
  const named: string[] = [];
  let isMore = false;
  for (const host of hosts) {
    if (named.length === shown) isMore = true;
    else if (host !== '') named.push(host);
  }
  if (named.length === 0) return '*';
  return isMore ? `${named.join(',')} + ${hosts.length - shown} more...` : named.join(',');
}
