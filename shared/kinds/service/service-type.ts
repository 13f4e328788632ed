import type { V1ServiceSpec } from '@kubernetes/client-node';
import type { Service, Wire } from '../../api/object.ts';

export type ServiceSpec = Wire<V1ServiceSpec>;

/** What `clusterIP` holds for a Service that has none on purpose. */
export const headless = 'None';

export function specOf(service: Service): ServiceSpec {
  service.spec ??= {};
  return service.spec;
}

export function isHeadless(spec: ServiceSpec): boolean {
  return spec.clusterIP === headless;
}

/** Every type but ExternalName, which is only a DNS alias. */
export function needsClusterIP({ type }: ServiceSpec): boolean {
  return type === 'ClusterIP' || type === 'NodePort' || type === 'LoadBalancer';
}

export function needsNodePorts(spec: ServiceSpec): boolean {
  return spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
}

/** True for the types that may have node ports, whether or not they are allocated for them. */
export function mayHaveNodePorts({ type }: ServiceSpec): boolean {
  return type === 'NodePort' || type === 'LoadBalancer';
}

export function isExternallyAccessible(spec: ServiceSpec): boolean {
  return mayHaveNodePorts(spec) || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0);
}

/** Load balancers ask nodes at this port whether they have local endpoints. */
export function needsHealthCheckPort(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}
