import { jsonEqual } from '../../shared/api/json.ts';
import type { Endpoints, KubernetesObject, Pod, Service } from '../../shared/api/object.ts';
import type { WriteOperation } from '../client.ts';
import { endpointsOfPod, type Subsets } from './endpoints/address.ts';
import { packSubsets, truncateSubsets } from './endpoints/pack.ts';
import { servicesOfPod } from './endpoints/services-of-pod.ts';
import { conditionOf, selectorText } from './pods/pod-state.ts';
import { defineController, type ReconcileDeps } from './runtime/controller.ts';
import { namespacedKey, splitKey } from './runtime/key.ts';
import { errorOf, keyOf, sameObject, timestamp } from './runtime/write.ts';

const component = 'endpoint-controller';
const managedByLabel = 'endpoints.kubernetes.io/managed-by';
const headlessLabel = 'service.kubernetes.io/headless';
const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';
const overCapacityAnnotation = 'endpoints.kubernetes.io/over-capacity';
const maximumAddresses = 1000;

/** Keeps the Endpoints of each Service that has a selector: the addresses and ports of the Pods behind it. */
export default defineController({
  name: component,
  watches: [
    { resource: 'services', toKeys: ({ object }) => [namespacedKey(object)] },
    // Whatever others do to it is put right; what lost its Service while nobody looked goes.
    { resource: 'endpoints', toKeys: ({ object }) => [namespacedKey(object)] },
    { resource: 'pods', toKeys: (change, { reader }) => servicesOfPod(change, reader) },
  ],
  async reconcile(key, deps) {
    const { client } = deps;
    const place = splitKey(key);
    const [service, current] = await Promise.all([
      client.get<Service>({ resource: 'services', ...place }),
      client.get<Endpoints>({ resource: 'endpoints', ...place }),
    ]);
    if (!service) {
      await removeOrphan(current, deps);
      return undefined;
    }
    const selector = service.spec?.selector;
    // Without a selector the Endpoints are the user's own.
    if (!selector || Object.keys(selector).length === 0 || service.metadata.deletionTimestamp) return undefined;
    const { items } = await client.list<Pod>({
      resource: 'pods',
      namespace: place.namespace,
      labelSelector: selectorText(selector),
    });
    await save(service, current, desired(service, items, current), deps);
    return undefined;
  },
});

/** The Endpoints of a Service as they should be. */
export function desired(service: Service, pods: readonly Pod[], current: Endpoints | undefined): Endpoints {
  const packed = packSubsets(pods.flatMap((pod) => endpointsOfPod(pod, service)));
  const { subsets, truncated } = truncateSubsets(packed, maximumAddresses);
  const headless = !service.spec?.clusterIP || service.spec.clusterIP === 'None';
  const labels = {
    ...service.metadata.labels,
    [managedByLabel]: component,
    ...(headless ? { [headlessLabel]: '' } : {}),
  };
  if (!headless) delete labels[headlessLabel];
  const {
    [triggerTimeAnnotation]: _old,
    [overCapacityAnnotation]: _over,
    ...kept
  } = current?.metadata.annotations ?? {};
  const trigger = triggerTime(service, pods, current, subsets);
  const annotations = {
    ...kept,
    ...(trigger === undefined ? {} : { [triggerTimeAnnotation]: timestamp(trigger) }),
    ...(truncated ? { [overCapacityAnnotation]: 'truncated' } : {}),
  };
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name: service.metadata.name,
      namespace: service.metadata.namespace,
      labels,
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    ...(subsets.length > 0 ? { subsets } : {}),
  };
}

/**
 * When what led to this change happened, in epoch ms: the earliest change of readiness among the Pods that the change
 * moves, or the creation of the Service. From it a proxy tells how long a change took to reach it.
 */
function triggerTime(
  service: Service,
  pods: readonly Pod[],
  current: Endpoints | undefined,
  subsets: Subsets,
): number | undefined {
  const before = placesOf(current?.subsets ?? []);
  const after = placesOf(subsets);
  const moved = pods.filter(({ metadata: { uid = '' } }) => before.get(uid) !== after.get(uid));
  const times = moved.map((pod) => conditionOf(pod, 'Ready')?.lastTransitionTime);
  if (!current) times.push(service.metadata.creationTimestamp);
  const known = times.filter((time) => time !== undefined).map((time) => Date.parse(time as string));
  return known.length > 0 ? Math.min(...known) : undefined;
}

/** For each Pod's uid, where it is and in which state. */
function placesOf(subsets: Subsets): Map<string, string> {
  const places = new Map<string, string>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    const numbers = ports.map(({ port }) => port).join();
    const add = (state: string) => (address: (typeof addresses)[number]) => {
      const uid = address.targetRef?.uid ?? '';
      places.set(uid, `${places.get(uid) ?? ''} ${state}:${address.ip}:${numbers}`);
    };
    addresses.forEach(add('ready'));
    notReadyAddresses.forEach(add('notReady'));
  }
  return places;
}

async function save(service: Service, current: Endpoints | undefined, wanted: Endpoints, deps: ReconcileDeps) {
  if (current && isUpToDate(current, wanted)) return;
  const { resourceVersion, uid } = current?.metadata ?? {};
  const object = { ...wanted, metadata: { ...wanted.metadata, resourceVersion, uid } } as KubernetesObject;
  const operation: WriteOperation = current
    ? { verb: 'update', resource: 'endpoints', object }
    : { verb: 'create', resource: 'endpoints', object: wanted as KubernetesObject };
  const [result] = await deps.client.write([operation]);
  const error = result ? errorOf(result) : undefined;
  if (!error || /because it is being terminated/.test(error.message)) return;
  const doing = current ? 'update' : 'create';
  const { namespace, name } = service.metadata;
  deps.recorder.record({
    object: service as KubernetesObject,
    type: 'Warning',
    reason: current ? 'FailedToUpdateEndpoint' : 'FailedToCreateEndpoint',
    message: `Failed to ${doing} endpoint ${namespace}/${name}: ${error.message}`,
    component,
  });
  throw error;
}

/** The trigger time alone is no reason to write. */
function isUpToDate(current: Endpoints, wanted: Endpoints): boolean {
  return (
    jsonEqual(current.subsets ?? [], wanted.subsets ?? []) &&
    jsonEqual(current.metadata.labels ?? {}, wanted.metadata.labels ?? {}) &&
    current.metadata.annotations?.[overCapacityAnnotation] === wanted.metadata.annotations?.[overCapacityAnnotation]
  );
}

async function removeOrphan(endpoints: Endpoints | undefined, { client }: ReconcileDeps): Promise<void> {
  if (endpoints?.metadata.labels?.[managedByLabel] !== component) return;
  const object = endpoints as KubernetesObject;
  const [result] = await client.write([
    { verb: 'delete', key: keyOf('endpoints', object), preconditions: sameObject(object) },
  ]);
  const error = result ? errorOf(result) : undefined;
  if (error && error.reason !== 'NotFound') throw error;
}
