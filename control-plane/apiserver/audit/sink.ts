import type { ErrorLog } from '../http/respond.ts';
import type { AuditEvent } from './event.ts';

/** Takes audit events; never throws and never makes a request wait. */
export interface AuditSink {
  write(event: AuditEvent): void;
}

export interface BatchingSinkDeps {
  /** Throws when the events did not arrive, which are tried again then. */
  deliver(events: readonly string[]): Promise<void>;
  schedule(run: () => void, delayMs: number): void;
  log: ErrorLog;
}

const maxBatch = 400;
const maxWaitMs = 1000;
/** Waits between tries of one batch. */
const retryDelaysMs = [1000, 2000, 4000, 8000];
/** What waits in memory; beyond it new events are lost, and counted. */
const maxBufferedEvents = 10_000;
const maxBufferedUnits = 8 * 1024 * 1024;

/** Hands events over in batches, in order, one batch at a time. */
export function createBatchingSink({ deliver, schedule, log }: BatchingSinkDeps): AuditSink {
  let buffer: string[] = [];
  let units = 0;
  let lost = 0;
  let isBusy = false;

  async function drain(): Promise<void> {
    while (buffer.length > 0) {
      const batch = buffer.slice(0, maxBatch);
      await deliverWithRetries(batch);
      buffer = buffer.slice(batch.length);
      units -= unitsOf(batch);
      if (lost > 0) log('audit events lost: more came than could be delivered', { events: lost });
      lost = 0;
    }
    isBusy = false;
  }

  async function deliverWithRetries(batch: readonly string[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await deliver(batch);
      } catch (error) {
        const delay = retryDelaysMs[attempt];
        if (delay === undefined) return log('audit events lost', { events: batch.length, error: String(error) });
        await new Promise<void>((resolve) => schedule(resolve, delay));
      }
    }
  }

  return {
    write(event) {
      const text = JSON.stringify(event);
      if (buffer.length >= maxBufferedEvents || units + text.length > maxBufferedUnits) {
        lost++;
        return;
      }
      buffer.push(text);
      units += text.length;
      if (isBusy) return;
      isBusy = true;
      schedule(() => void drain(), maxWaitMs);
    },
  };
}

function unitsOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** Each event a line. */
export function createLineSink(print: (line: string) => void): AuditSink {
  return { write: (event) => print(JSON.stringify(event)) };
}

/** Several sinks as one. */
export function createFanOut(sinks: readonly AuditSink[]): AuditSink {
  return {
    write(event) {
      for (const sink of sinks) sink.write(event);
    },
  };
}

const timeoutMs = 10_000;

/** Posts batches as `EventList`, as Kubernetes' webhook backend does. */
export function webhookDelivery(
  { url, token }: { url: string; token?: string },
  send: typeof fetch,
): BatchingSinkDeps['deliver'] {
  return async (events) => {
    const response = await send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, */*',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${events.join(',')}]}`,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the audit webhook answered ${response.status}`);
  };
}
