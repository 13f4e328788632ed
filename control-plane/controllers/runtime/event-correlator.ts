import type { Event, KubernetesObject } from '../../../shared/api/object.ts';
import type { EventInput } from './controller.ts';
import { timestamp } from './write.ts';

/** What to do about an event. */
export type Correlated =
  | { action: 'create'; event: Event }
  /** The same event again: its object gets a higher count. */
  | { action: 'count'; event: Event }
  | { action: 'drop' };

/** Upstream's numbers (client-go `EventCorrelator`). */
const maximumKnown = 4096;
/** Events that differ only in their message, within the interval, before they are combined into one. */
const maximumSimilar = 10;
const similarIntervalMs = 600_000;
/** Events that one component may send about one object: so many at once, then one in five minutes. */
const burst = 25;
const refillMs = 300_000;

interface Similar {
  messages: Set<string>;
  lastMs: number;
}
interface Bucket {
  tokens: number;
  atMs: number;
}

/** A Map that forgets what was used longest ago. */
class RecentMap<V> {
  readonly #entries = new Map<string, V>();

  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > maximumKnown) this.#entries.delete(this.#entries.keys().next().value!);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}

/**
 * Keeps the number of Event objects small: equal events count up one object, similar ones are combined, and a
 * component that repeats itself about one object is silenced. Memory only: after a restart counting starts anew.
 */
export class EventCorrelator {
  readonly #similar = new RecentMap<Similar>();
  readonly #known = new RecentMap<Event>();
  readonly #buckets = new RecentMap<Bucket>();
  #sequence = 0n;

  correlate(input: EventInput, nowMs: number): Correlated {
    const { kind, metadata } = input.object;
    const about = [input.component, kind, metadata.namespace, metadata.name, metadata.uid].join('\0');
    if (!this.#allow(about, nowMs)) return { action: 'drop' };
    const group = [about, input.type, input.reason].join('\0');
    const combined = this.#isOneTooMany(group, input.message, nowMs);
    const message = combined ? `(combined from similar events): ${input.message}` : input.message;
    const id = combined ? group : [group, input.message].join('\0');
    const known = this.#known.get(id);
    const event = known ? again(known, message, nowMs) : this.#create(input, message, nowMs);
    this.#known.set(id, event);
    return { action: known ? 'count' : 'create', event };
  }

  /** The stored object is gone: the next one like it is created. */
  forget(event: Event, component: string): void {
    const { kind, namespace, name, uid } = event.involvedObject;
    const group = [component, kind, namespace, name, uid, event.type, event.reason].join('\0');
    this.#known.delete(group);
    this.#known.delete([group, event.message].join('\0'));
  }

  #allow(about: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(about) ?? { tokens: burst, atMs: nowMs };
    const tokens = Math.min(burst, bucket.tokens + (nowMs - bucket.atMs) / refillMs);
    this.#buckets.set(about, { tokens: tokens < 1 ? tokens : tokens - 1, atMs: nowMs });
    return tokens >= 1;
  }

  #isOneTooMany(group: string, message: string, nowMs: number): boolean {
    const known = this.#similar.get(group);
    const similar =
      known && nowMs - known.lastMs <= similarIntervalMs ? known : { messages: new Set<string>(), lastMs: 0 };
    similar.lastMs = nowMs;
    const combined = similar.messages.size >= maximumSimilar && !similar.messages.has(message);
    if (!combined) similar.messages.add(message);
    this.#similar.set(group, similar);
    return combined;
  }

  #create(input: EventInput, message: string, nowMs: number): Event {
    const { component } = input;
    const namespace = input.object.metadata.namespace || 'default';
    // Upstream's form, nanoseconds in hexadecimal; the sequence stands for what a millisecond clock does not tell.
    this.#sequence = (this.#sequence + 1n) % 1_000_000n;
    const suffix = (BigInt(Math.trunc(nowMs)) * 1_000_000n + this.#sequence).toString(16);
    const now = timestamp(nowMs);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${input.object.metadata.name}.${suffix}`, namespace },
      involvedObject: referenceTo(input.object),
      reason: input.reason,
      message,
      source: { component },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type: input.type,
      reportingComponent: component,
      reportingInstance: '',
    };
  }
}

function again(known: Event, message: string, nowMs: number): Event {
  return { ...known, message, count: (known.count ?? 1) + 1, lastTimestamp: timestamp(nowMs) };
}

function referenceTo(object: KubernetesObject): Event['involvedObject'] {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  const { kind, apiVersion } = object;
  return { kind, ...(namespace ? { namespace } : {}), name, uid, apiVersion, resourceVersion };
}
