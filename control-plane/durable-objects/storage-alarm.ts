import type { Alarm } from '../timers/timers.ts';

/** The alarm of a Durable Object. */
export function storageAlarm(storage: DurableObjectStorage): Alarm {
  return {
    get: () => storage.getAlarm(),
    set: (atMs) => storage.setAlarm(atMs),
  };
}
