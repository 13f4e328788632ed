import type { Event, EventsV1Event } from '../../api/object.ts';

/** The two forms hold the same under other names: those of `events.k8s.io`, and those of the core group. */
const namesInCore = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
} as const satisfies Partial<Record<keyof EventsV1Event, keyof Event>>;

const namesInEvents = Object.fromEntries(Object.entries(namesInCore).map(([events, core]) => [core, events]));

export function toEventsV1(event: Event): EventsV1Event {
  return renamed(event, namesInEvents) as unknown as EventsV1Event;
}

export function toCore(event: EventsV1Event): Event {
  return renamed(event, namesInCore) as unknown as Event;
}

function renamed(object: object, names: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([field, value]) => [Object.hasOwn(names, field) ? names[field] : field, value]),
  );
}
