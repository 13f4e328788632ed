import type { Endpoints, Service, ServicePort } from '../../shared/api/object.ts';
import type { ServiceProxyState } from './service-proxy.ts';

export type Protocol = 'TCP' | 'UDP';

export interface Backend {
  ip: string;
  port: number;
  /** The backend runs on this node. */
  local: boolean;
}

/** One port of one Service, resolved: what both proxy backends work from. */
export interface ServiceTarget {
  /** `default/frontend:http`, unique within a state. */
  name: string;
  protocol: Protocol;
  /** Virtual addresses: the cluster IP and any `externalIPs`. */
  addresses: string[];
  port: number;
  nodePort?: number;
  /** Who takes connections from inside the cluster, by `internalTrafficPolicy`. */
  internal: Backend[];
  /** Who takes connections through the node port, by `externalTrafficPolicy`. */
  external: Backend[];
  /** `externalTrafficPolicy: Local`: the client's address is kept. */
  keepsClientAddress: boolean;
  /** `sessionAffinity: ClientIP`: how long a client stays with its backend, in seconds. */
  affinitySeconds?: number;
}

const isProxied = (protocol: string | undefined): protocol is Protocol => protocol === 'TCP' || protocol === 'UDP';

function backendsOf(endpoints: Endpoints | undefined, port: ServicePort, nodeName: string): Backend[] {
  const backends = (endpoints?.subsets ?? []).flatMap((subset) => {
    const matching = (subset.ports ?? []).filter(
      (item) => (item.name ?? '') === (port.name ?? '') && (item.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    return matching.flatMap((item) =>
      (subset.addresses ?? []).map((address) => ({
        ip: address.ip,
        port: item.port,
        local: address.nodeName === nodeName,
      })),
    );
  });
  // A fixed order makes an unchanged state render to the same rules.
  return backends.sort((a, b) => (a.ip === b.ip ? a.port - b.port : a.ip < b.ip ? -1 : 1));
}

function targetsOf(service: Service, endpoints: Endpoints | undefined, nodeName: string): ServiceTarget[] {
  const spec = service.spec;
  if (!spec?.clusterIP || spec.clusterIP === 'None' || spec.type === 'ExternalName') return [];
  const keepsClientAddress = spec.externalTrafficPolicy === 'Local';
  const affinity =
    spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) : undefined;
  return (spec.ports ?? []).flatMap((port) => {
    const protocol = port.protocol ?? 'TCP';
    if (!isProxied(protocol)) return [];
    const all = backendsOf(endpoints, port, nodeName);
    const local = all.filter((backend) => backend.local);
    return [
      {
        name: `${service.metadata.namespace}/${service.metadata.name}:${port.name ?? port.port}/${protocol}`,
        protocol,
        addresses: [spec.clusterIP as string, ...(spec.externalIPs ?? [])],
        port: port.port,
        ...(port.nodePort ? { nodePort: port.nodePort } : {}),
        internal: spec.internalTrafficPolicy === 'Local' ? local : all,
        external: keepsClientAddress ? local : all,
        keepsClientAddress,
        ...(affinity !== undefined ? { affinitySeconds: affinity } : {}),
      },
    ];
  });
}

/** Joins Services with their Endpoints, as `nodeName` sees them. Headless and ExternalName Services have no targets. */
export function resolveTargets({ services, endpoints }: ServiceProxyState, nodeName: string): ServiceTarget[] {
  const key = (object: Service | Endpoints) => `${object.metadata.namespace}/${object.metadata.name}`;
  const byKey = new Map(endpoints.map((item) => [key(item), item]));
  return services
    .toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
    .flatMap((service) => targetsOf(service, byKey.get(key(service)), nodeName));
}
