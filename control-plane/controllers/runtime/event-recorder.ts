import type { Event } from '../../../shared/api/object.ts';
import type { ClusterClient, WriteOperation } from '../../client.ts';
import type { Clock, EventInput, EventRecorder, Log } from './controller.ts';
import { EventCorrelator } from './event-correlator.ts';
import { keyOf } from './write.ts';

export interface EventRecorderDeps {
  client: ClusterClient;
  clock: Clock;
  log: Log;
  /** Beyond so many waiting events new ones are dropped. */
  maximumWaiting?: number;
}

/** Collects events and writes them in one batch; an event repeated in between is written once, with its count. */
export function createEventRecorder(deps: EventRecorderDeps): EventRecorder {
  const { client, clock, log, maximumWaiting = 1000 } = deps;
  const correlator = new EventCorrelator();
  let waiting = new Map<string, { isNew: boolean; event: Event; component: string }>();

  function record(input: EventInput): void {
    if (waiting.size >= maximumWaiting) return;
    const correlated = correlator.correlate(input, clock.now());
    if (correlated.action === 'drop') return;
    const { event, action } = correlated;
    const id = `${event.metadata.namespace}/${event.metadata.name}`;
    const isNew = action === 'create' || waiting.get(id)?.isNew === true;
    waiting.set(id, { isNew, event, component: input.component });
  }

  async function flush(): Promise<void> {
    if (waiting.size === 0) return;
    const batch = [...waiting.values()];
    waiting = new Map();
    try {
      const results = await client.write(batch.map(operationFor));
      for (const [index, { error }] of results.entries()) {
        const { event, component } = batch[index]!;
        if (!error) continue;
        correlator.forget(event, component);
        // The usual case: a namespace that is being deleted takes no new objects.
        log.info('an event was not accepted', { namespace: event.metadata.namespace, error: error.message });
      }
    } catch (error) {
      log.warn('events could not be written', { events: batch.length, error: String(error) });
    }
  }

  return { record, flush };
}

function operationFor({ isNew, event }: { isNew: boolean; event: Event }): WriteOperation {
  if (isNew) return { verb: 'create', resource: 'events', object: event };
  const { count, lastTimestamp, message } = event;
  return { verb: 'patch', key: keyOf('events', event), patch: { count, lastTimestamp, message } };
}
