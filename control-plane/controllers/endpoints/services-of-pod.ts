import { jsonEqual } from '../../../shared/api/json.ts';
import type { KubernetesObject, Pod, Service } from '../../../shared/api/object.ts';
import type { ObjectChange } from '../../client.ts';
import { hasLabels } from '../pods/pod-state.ts';
import type { Reader } from '../runtime/controller.ts';
import { namespacedKey } from '../runtime/key.ts';

/** Keys of the Services whose endpoints a change of a Pod may change. */
export async function servicesOfPod(change: ObjectChange, reader: Reader): Promise<string[]> {
  const pod = change.object as Pod;
  const previous = change.previous as Pod | undefined;
  if (!matters(pod, change.type === 'DELETED' ? undefined : previous)) return [];
  const { items } = await reader.list<Service>({ resource: 'services', namespace: pod.metadata.namespace });
  const selects = ({ spec }: Service) =>
    Object.keys(spec?.selector ?? {}).length > 0 &&
    [pod, previous].some((state) => state && hasLabels(state, spec?.selector ?? {}));
  return items.filter(selects).map((service) => namespacedKey(service as KubernetesObject));
}

/** A Pod without an address is behind no Service, and most of what the others report does not show there either. */
function matters(pod: Pod, previous: Pod | undefined): boolean {
  if (!pod.status?.podIP && !previous?.status?.podIP) return false;
  return !previous || !jsonEqual(aspects(pod), aspects(previous));
}

function aspects({ metadata, spec, status }: Pod): unknown {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  const done = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  const deleting = Boolean(metadata.deletionTimestamp);
  return [metadata.labels, deleting, done, ready, status?.podIP, status?.podIPs, spec?.nodeName];
}
