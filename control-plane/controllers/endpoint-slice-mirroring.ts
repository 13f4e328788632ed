import type { EndpointSlice, Endpoints, Service } from '../../shared/api/object.ts';
import { canonicalIP, ipFamily } from '../../shared/api/validation.ts';
import type { EndpointAddress } from './endpoints/address.ts';
import { keysOfSlice, managedByLabel, serviceNameLabel, sliceResource, sliceWrites } from './endpoints/slice-writes.ts';
import { planSlices, type SliceEndpoint, type SliceGroup, type SlicePort } from './endpoints/slices.ts';
import { defineController, type ReconcileDeps } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { writeAll } from './runtime/write.ts';

const component = 'endpointslicemirroring-controller.k8s.io';
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';
/** What says something of the Endpoints object and not of what is in it. */
const ownAnnotations = [
  'endpoints.kubernetes.io/last-change-trigger-time',
  'kubectl.kubernetes.io/last-applied-configuration',
];
const endpointsPerSubset = 1000;

/** Shows Endpoints that users write themselves, for a Service without a selector, as EndpointSlices too. */
export default defineController({
  name: 'endpointslicemirroring-controller',
  watches: [
    { resource: 'endpoints', toKeys: ({ object }) => [namespacedKey(object)] },
    { resource: 'services', toKeys: ({ object }) => [namespacedKey(object)] },
    { resource: sliceResource, toKeys: ({ object }) => keysOfSlice(object, component) },
  ],
  async reconcile(key, deps) {
    const { client } = deps;
    const place = splitKey(key);
    const labelSelector = `${serviceNameLabel}=${place.name},${managedByLabel}=${component}`;
    const [endpoints, { items: existing }] = await Promise.all([
      mirrored(place, deps),
      client.list<EndpointSlice>({ resource: sliceResource, namespace: place.namespace, labelSelector }),
    ]);
    const plan = planSlices(endpoints ? groupsOf(endpoints) : [], existing, endpointsPerSubset);
    // Without Endpoints there is nothing left to be owned by, and the plan removes everything.
    const operations = sliceWrites(plan, endpoints ? existing : [], metaOf(place, endpoints));
    await writeAll(client, operations, { ignore: ['NotFound', 'Conflict', 'Forbidden'] });
    return undefined;
  },
});

/** The Endpoints, if they are ones to mirror. */
async function mirrored(
  place: { namespace: string; name: string },
  { client }: ReconcileDeps,
): Promise<Endpoints | undefined> {
  const endpoints = await client.get<Endpoints>({ resource: 'endpoints', ...place });
  if (!endpoints || endpoints.metadata.deletionTimestamp) return undefined;
  const { labels = {}, annotations = {} } = endpoints.metadata;
  if (labels[skipLabel] === 'true' || annotations[leaderAnnotation] !== undefined) return undefined;
  const service = await client.get<Service>({ resource: 'services', ...place });
  const isOwn = service && Object.keys(service.spec?.selector ?? {}).length === 0;
  return isOwn ? endpoints : undefined;
}

function metaOf({ namespace, name }: { namespace: string; name: string }, endpoints: Endpoints | undefined) {
  const { labels, annotations, uid = '' } = endpoints?.metadata ?? {};
  const kept = { ...annotations };
  for (const annotation of ownAnnotations) delete kept[annotation];
  return {
    namespace,
    name,
    labels: { ...labels, [serviceNameLabel]: name, [managedByLabel]: component },
    annotations: kept,
    owner: { apiVersion: 'v1', kind: 'Endpoints', name, uid, controller: true, blockOwnerDeletion: true },
  };
}

/** Addresses of each family and port set; what is no address is left out. */
function groupsOf({ subsets = [] }: Endpoints): SliceGroup[] {
  const groups = new Map<string, SliceGroup>();
  for (const { addresses = [], notReadyAddresses = [], ports: given = [] } of subsets) {
    const ports = given.map(
      ({ name = '', port, protocol = 'TCP', appProtocol }): SlicePort => ({
        name,
        port,
        protocol,
        ...(appProtocol ? { appProtocol } : {}),
      }),
    );
    const add = (address: EndpointAddress, ready: boolean) => {
      const family = ipFamily(address.ip);
      if (!family) return;
      const addressType = family === 'ipv6' ? 'IPv6' : 'IPv4';
      const id = JSON.stringify([addressType, ports]);
      const group = groups.get(id) ?? { addressType, ports, endpoints: [] };
      if (group.endpoints.length < endpointsPerSubset) group.endpoints.push(endpointOf(address, ready));
      groups.set(id, group);
    };
    for (const address of addresses) add(address, true);
    for (const address of notReadyAddresses) add(address, false);
  }
  return [...groups.values()];
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): SliceEndpoint {
  return {
    addresses: [canonicalIP(ip)],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  };
}
