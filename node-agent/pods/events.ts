import type { Event, Pod } from '../../shared/api/object.ts';
import { type Clock, timestamp } from '../clock.ts';
import { refOf } from './identity.ts';

export interface EventRecorder {
  pod(pod: Pod, event: { type: 'Normal' | 'Warning'; reason: string; message: string; container?: string }): void;
  node(event: { type: 'Normal' | 'Warning'; reason: string; message: string }): void;
}

export interface EventRecorderDeps {
  clock: Clock;
  nodeName: string;
  /** Takes the event to the API; the same name again replaces it. */
  send(event: Event): void;
}

/** As client-go: the same event within 10 minutes is counted, not repeated. */
const aggregateForMs = 600_000;
const rememberedEvents = 4096;

/** Events as the kubelet writes them. */
export function createEventRecorder({ clock, nodeName, send }: EventRecorderDeps): EventRecorder {
  const recent = new Map<string, { event: Event; at: number }>();
  let serial = 0;

  function record(
    involved: Event['involvedObject'],
    namespace: string,
    event: { type: string; reason: string; message: string },
  ) {
    // The resourceVersion of a Pod changes with every status; it does not make another event.
    const key = JSON.stringify([{ ...involved, resourceVersion: '' }, event]);
    const now = clock.now();
    const known = recent.get(key);
    recent.delete(key);
    const next: Event =
      known && now - known.at < aggregateForMs
        ? { ...known.event, count: (known.event.count ?? 1) + 1, lastTimestamp: timestamp(now) }
        : newEvent(involved, namespace, event, now);
    recent.set(key, { event: next, at: now });
    if (recent.size > rememberedEvents) recent.delete(recent.keys().next().value!);
    send(next);
  }

  function newEvent(
    involvedObject: Event['involvedObject'],
    namespace: string,
    { type, reason, message }: { type: string; reason: string; message: string },
    now: number,
  ): Event {
    serial += 1;
    const suffix = (BigInt(now) * 1_000_000n + BigInt(serial % 1_000_000)).toString(16);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${involvedObject.name}.${suffix}`, namespace },
      involvedObject,
      reason,
      message: message.slice(0, 1024),
      source: { component: 'kubelet', host: nodeName },
      firstTimestamp: timestamp(now),
      lastTimestamp: timestamp(now),
      count: 1,
      type,
      reportingComponent: 'kubelet',
      reportingInstance: nodeName,
    };
  }

  return {
    pod(pod, { container, ...event }) {
      const { namespace, name, uid } = refOf(pod);
      const isInit = pod.spec?.initContainers?.some((other) => other.name === container);
      const involved = {
        kind: 'Pod',
        namespace,
        name,
        uid,
        apiVersion: 'v1',
        ...(pod.metadata.resourceVersion ? { resourceVersion: pod.metadata.resourceVersion } : {}),
        ...(container ? { fieldPath: `spec.${isInit ? 'initContainers' : 'containers'}{${container}}` } : {}),
      };
      record(involved, namespace, event);
    },
    node: (event) => record({ kind: 'Node', name: nodeName, uid: nodeName, apiVersion: 'v1' }, 'default', event),
  };
}
