import type { Service } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';
import type { QuotaPolicy } from '../define-kind.ts';

export const serviceQuota: QuotaPolicy<Service> = {
  countAlias: 'services',
  tracks: (resource) => resource === 'services.nodeports' || resource === 'services.loadbalancers',
  usage: ({ spec }) => ({
    'services.nodeports': parseQuantity(nodePorts(spec)),
    'services.loadbalancers': parseQuantity(spec?.type === 'LoadBalancer' ? 1 : 0),
  }),
  isChargedFor: () => true,
};

/** Those that it has or will get. */
function nodePorts(spec: Service['spec']): number {
  const ports = spec?.ports ?? [];
  if (spec?.type === 'NodePort') return ports.length;
  if (spec?.type !== 'LoadBalancer') return 0;
  return spec.allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort }) => nodePort).length : ports.length;
}
