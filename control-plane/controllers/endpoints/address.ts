import type { EndpointSubset, Endpoints, Pod, Service, ServicePort } from '../../../shared/api/object.ts';
import { isReady, isTerminal } from '../pods/pod-state.ts';

export type EndpointAddress = NonNullable<EndpointSubset['addresses']>[number];
export type EndpointPort = NonNullable<EndpointSubset['ports']>[number];
export type Subsets = NonNullable<Endpoints['subsets']>;

/** One Pod behind one port of the Service; without a port for a headless Service that has none. */
export interface Endpoint {
  address: EndpointAddress;
  port?: EndpointPort;
  ready: boolean;
}

/** What a Pod contributes to a Service. */
export function endpointsOfPod(pod: Pod, service: Service): Endpoint[] {
  const ip = addressOf(pod, service);
  const includeUnready = service.spec?.publishNotReadyAddresses === true;
  if (!ip || isTerminal(pod) || (pod.metadata.deletionTimestamp && !includeUnready)) return [];
  const address: EndpointAddress = {
    ip,
    ...(hasHostname(pod, service) ? { hostname: pod.spec?.hostname } : {}),
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  };
  const ready = includeUnready || isReady(pod);
  const ports = service.spec?.ports ?? [];
  if (ports.length === 0) return service.spec?.clusterIP === 'None' ? [{ address, ready }] : [];
  return ports.flatMap((servicePort) => {
    const port = targetPort(pod, servicePort);
    return port === undefined ? [] : [{ address, ready, port: endpointPort(servicePort, port) }];
  });
}

/** The Pod's address of the family that the Service prefers. */
export function addressOf(pod: Pod, service: Service): string | undefined {
  const family = service.spec?.ipFamilies?.[0];
  const addresses = pod.status?.podIPs?.map(({ ip }) => ip) ?? [];
  if (!family) return pod.status?.podIP ?? addresses[0];
  const all = addresses.length > 0 ? addresses : [pod.status?.podIP ?? ''];
  return all.find((ip) => ip && ip.includes(':') === (family === 'IPv6'));
}

export function hasHostname(pod: Pod, service: Service): boolean {
  return Boolean(pod.spec?.hostname) && pod.spec?.subdomain === service.metadata.name;
}

/** A named target port is looked up in each Pod: Pods of one Service may have it under different numbers. */
export function targetPort(
  pod: Pod,
  { port, targetPort: target = port, protocol = 'TCP' }: ServicePort,
): number | undefined {
  if (typeof target === 'number') return target || port;
  if (target === '') return port;
  for (const container of [...(pod.spec?.containers ?? []), ...sidecarsOf(pod)]) {
    for (const candidate of container.ports ?? []) {
      if (candidate.name === target && (candidate.protocol ?? 'TCP') === protocol) return candidate.containerPort;
    }
  }
  return undefined;
}

function sidecarsOf(pod: Pod) {
  return (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
}

function endpointPort({ name, protocol = 'TCP', appProtocol }: ServicePort, port: number): EndpointPort {
  return { ...(name ? { name } : {}), port, protocol, ...(appProtocol ? { appProtocol } : {}) };
}
