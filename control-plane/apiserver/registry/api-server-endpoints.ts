import { jsonEqual } from '../../../shared/api/json.ts';
import type { EndpointSlice, Endpoints, KubernetesObject, ObjectKey } from '../../../shared/api/object.ts';
import { parseApiServerAddress } from '../../api-server-address.ts';
import type { InitialObject } from '../auth/bootstrap-policy/policy.ts';

const place = { name: 'kubernetes', namespace: 'default' };

/** Both ways in which the address behind the Service `kubernetes` is told. */
export const apiServerEndpointKeys: readonly ObjectKey[] = ['endpoints', 'endpointslices.discovery.k8s.io'].map(
  (resource) => ({ resource, ...place }),
);

/**
 * What is behind the Service `kubernetes`, where the cluster knows an address (`IP:PORT`) of its API; nothing else.
 * The slice is written like the Endpoints and not made from them, so that there is one from the first moment.
 */
export function apiServerEndpoints(address: string): InitialObject[] {
  const parsed = parseApiServerAddress(address);
  if (!parsed) return [];
  const { ip, port } = parsed;
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  const endpoints: Endpoints = {
    metadata: { ...place, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip }], ports }],
  };
  const slice: EndpointSlice = {
    metadata: { ...place, labels: { 'kubernetes.io/service-name': place.name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
    ports,
  };
  return apiServerEndpointKeys.map(({ resource }, index) => ({ resource, object: index === 0 ? endpoints : slice }));
}

/** The live object with the address that it should have; undefined: it has it. */
export function withAddress(expected: KubernetesObject, live: KubernetesObject): KubernetesObject | undefined {
  const { metadata, ...content } = expected as Endpoints & EndpointSlice;
  // Somebody's own: the type of a slice cannot be changed.
  if (content.addressType !== (live as EndpointSlice).addressType) return undefined;
  const next: KubernetesObject = {
    ...live,
    ...content,
    metadata: { ...live.metadata, labels: { ...live.metadata.labels, ...metadata.labels } },
  };
  return jsonEqual(next, live) ? undefined : next;
}
