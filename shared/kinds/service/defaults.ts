import type { Service } from '../../api/object.ts';
import { isExternallyAccessible, needsClusterIP, type ServiceSpec } from './service-type.ts';

/** Seconds that a client sticks to its endpoint if the Service does not say. */
const clientAffinitySeconds = 10_800;

/** Defaults that depend on the type and on other fields. */
export function defaultService({ spec }: Service): void {
  if (!spec) return;
  for (const port of spec.ports ?? []) {
    if (!port.targetPort) port.targetPort = port.port;
  }
  defaultSessionAffinity(spec);
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ||= 'Cluster';
  if (needsClusterIP(spec)) spec.internalTrafficPolicy ||= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
}

function defaultSessionAffinity(spec: ServiceSpec): void {
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity !== 'ClientIP') return;
  if (typeof spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === 'number') return;
  spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: clientAffinitySeconds } };
}
