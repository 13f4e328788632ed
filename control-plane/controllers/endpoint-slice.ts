import type { EndpointSlice, Pod, Service } from '../../shared/api/object.ts';
import { addressOf, hasHostname, targetPort } from './endpoints/address.ts';
import { servicesOfPod } from './endpoints/services-of-pod.ts';
import { keysOfSlice, managedByLabel, serviceNameLabel, sliceResource, sliceWrites } from './endpoints/slice-writes.ts';
import { planSlices, type SliceEndpoint, type SliceGroup, type SlicePort } from './endpoints/slices.ts';
import { isReady, isTerminal, selectorText } from './pods/pod-state.ts';
import { defineController } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { writeAll } from './runtime/write.ts';

const component = 'endpointslice-controller.k8s.io';
const headlessLabel = 'service.kubernetes.io/headless';
const endpointsPerSlice = 100;

/**
 * Keeps the EndpointSlices of each Service that has a selector. Those of a Service that is gone are dependents of it,
 * which the garbage collector removes.
 */
export default defineController({
  name: 'endpointslice-controller',
  watches: [
    { resource: 'services', toKeys: ({ object }) => [namespacedKey(object)] },
    // Whatever others do to them is put right.
    { resource: sliceResource, toKeys: ({ object }) => keysOfSlice(object, component) },
    { resource: 'pods', toKeys: (change, { reader }) => servicesOfPod(change, reader) },
  ],
  async reconcile(key, { client }) {
    const place = splitKey(key);
    const service = await client.get<Service>({ resource: 'services', ...place });
    const selector = service?.spec?.selector ?? {};
    if (!service || service.metadata.deletionTimestamp || Object.keys(selector).length === 0) return undefined;
    const owned = `${serviceNameLabel}=${place.name},${managedByLabel}=${component}`;
    const within = { namespace: place.namespace };
    const [{ items: pods }, { items: existing }] = await Promise.all([
      client.list<Pod>({ resource: 'pods', ...within, labelSelector: selectorText(selector) }),
      client.list<EndpointSlice>({ resource: sliceResource, ...within, labelSelector: owned }),
    ]);
    const plan = planSlices(desiredGroups(service, pods), existing, endpointsPerSlice);
    const operations = sliceWrites(plan, existing, metaOf(service));
    // What has changed since it was read comes back as a change, and what is on its way out needs nothing.
    await writeAll(client, operations, { ignore: ['NotFound', 'Conflict', 'Forbidden'] });
    return undefined;
  },
});

function metaOf(service: Service) {
  const { name = '', namespace = '', uid = '', labels } = service.metadata;
  const kept = { ...labels };
  delete kept[headlessLabel];
  const isHeadless = !service.spec?.clusterIP || service.spec.clusterIP === 'None';
  return {
    name,
    namespace,
    labels: {
      ...kept,
      ...(isHeadless ? { [headlessLabel]: '' } : {}),
      [serviceNameLabel]: name,
      [managedByLabel]: component,
    },
    owner: { apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true },
  };
}

/** The endpoints of a Service by the ports that they have; without any, one group that says so. */
export function desiredGroups(service: Service, pods: readonly Pod[]): SliceGroup[] {
  const addressType = service.spec?.ipFamilies?.[0] ?? 'IPv4';
  const groups = new Map<string, SliceGroup>();
  for (const pod of pods) {
    const ip = addressOf(pod, service);
    if (!ip || isTerminal(pod)) continue;
    const ports = portsOf(pod, service);
    if (!ports) continue;
    const id = JSON.stringify(ports);
    const group = groups.get(id) ?? { addressType, ports, endpoints: [] };
    group.endpoints.push(endpointOf(pod, service, ip));
    groups.set(id, group);
  }
  return groups.size > 0 ? [...groups.values()] : [{ addressType, ports: [], endpoints: [] }];
}

/** Undefined for a Pod that serves none of the ports. */
function portsOf(pod: Pod, service: Service): SlicePort[] | undefined {
  const ports = service.spec?.ports ?? [];
  if (ports.length === 0) return service.spec?.clusterIP === 'None' ? [] : undefined;
  const found = ports.flatMap((servicePort): SlicePort[] => {
    const port = targetPort(pod, servicePort);
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return port === undefined ? [] : [{ name, port, protocol, ...(appProtocol ? { appProtocol } : {}) }];
  });
  return found.length > 0 ? found : undefined;
}

/** A Pod that is going serves as long as it is ready; new connections are for others. */
function endpointOf(pod: Pod, service: Service, ip: string): SliceEndpoint {
  const serving = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const { name, namespace, uid } = pod.metadata;
  return {
    addresses: [ip],
    conditions: { ready, serving, terminating },
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    ...(hasHostname(pod, service) ? { hostname: pod.spec?.hostname } : {}),
  };
}
