import { jsonEqual } from '../../api/json.ts';
import type { Service, ServicePort } from '../../api/object.ts';
import {
  isExternallyAccessible,
  mayHaveNodePorts,
  needsClusterIP,
  needsHealthCheckPort,
  type ServiceSpec,
  specOf,
} from './service-type.ts';

/**
 * What the cluster chose for a Service stays when an update leaves it out: a client that applies its own manifest
 * again must not lose the address.
 */
export function carryOverAllocations(service: Service, old: Service): void {
  const spec = specOf(service);
  const before = specOf(old);
  if (needsClusterIP(before) && needsClusterIP(spec)) {
    followClusterIP(spec, before);
    spec.ipFamilyPolicy ??= before.ipFamilyPolicy;
    spec.ipFamilies ??= before.ipFamilies;
  }
  if (mayHaveNodePorts(before) && mayHaveNodePorts(spec)) carryOverNodePorts(spec, before);
  if (needsHealthCheckPort(before) && needsHealthCheckPort(spec)) {
    spec.healthCheckNodePort ||= before.healthCheckNodePort;
  }
}

/** `clusterIPs` is the truth and `clusterIP` its first item; a client may change either. */
function followClusterIP(spec: ServiceSpec, before: ServiceSpec): void {
  const listKept = !spec.clusterIPs?.length || jsonEqual(spec.clusterIPs, before.clusterIPs);
  if (!spec.clusterIP) {
    spec.clusterIP = spec.clusterIPs?.length ? spec.clusterIPs[0] : before.clusterIP;
  }
  if (!listKept) return;
  spec.clusterIPs = spec.clusterIP === before.clusterIP ? before.clusterIPs : spec.clusterIP ? [spec.clusterIP] : [];
}

function carryOverNodePorts(spec: ServiceSpec, before: ServiceSpec): void {
  const used = new Set((spec.ports ?? []).map(({ nodePort }) => nodePort));
  for (const port of spec.ports ?? []) {
    if (port.nodePort) continue;
    const same = before.ports?.find((other) => samePort(port, other))?.nodePort;
    if (same && !used.has(same)) port.nodePort = same;
  }
}

function samePort(a: ServicePort, b: ServicePort): boolean {
  return a.port === b.port && a.protocol === b.protocol;
}

/**
 * A change of type drops what only the old type had, unless the client changed it in the same update: then it meant
 * something by it, and validation says what is wrong.
 */
export function dropForType(service: Service, old: Service): void {
  const spec = specOf(service);
  const before = specOf(old);
  if (needsClusterIP(before) && !needsClusterIP(spec)) dropClusterIP(spec, before);
  if (mayHaveNodePorts(before) && !mayHaveNodePorts(spec) && sameNodePorts(spec, before)) {
    for (const port of spec.ports ?? []) delete port.nodePort;
  }
  if (needsHealthCheckPort(before) && !needsHealthCheckPort(spec)) dropIfSame(spec, before, 'healthCheckNodePort');
  if (isExternallyAccessible(before) && !isExternallyAccessible(spec)) {
    dropIfSame(spec, before, 'externalTrafficPolicy');
  }
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    dropIfSame(spec, before, 'allocateLoadBalancerNodePorts');
    dropIfSame(spec, before, 'loadBalancerClass');
  }
}

function dropClusterIP(spec: ServiceSpec, before: ServiceSpec): void {
  if (spec.clusterIP !== before.clusterIP || !jsonEqual(spec.clusterIPs, before.clusterIPs)) return;
  for (const field of ['clusterIP', 'clusterIPs'] as const) delete spec[field];
  dropIfSame(spec, before, 'ipFamilies');
  dropIfSame(spec, before, 'ipFamilyPolicy');
  dropIfSame(spec, before, 'internalTrafficPolicy');
}

function dropIfSame(spec: ServiceSpec, before: ServiceSpec, field: keyof ServiceSpec): void {
  if (jsonEqual(spec[field], before[field])) delete spec[field];
}

function sameNodePorts(spec: ServiceSpec, before: ServiceSpec): boolean {
  const ports = ({ ports = [] }: ServiceSpec) => [...new Set(ports.map(({ nodePort }) => nodePort ?? 0))].sort();
  return jsonEqual(ports(spec), ports(before));
}
