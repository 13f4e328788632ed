import type { Clock } from '../clock.ts';

export interface ManualClock extends Clock {
  /** Moves time forward, firing what falls due, in order. */
  advance(ms: number): void;
  /** Milliseconds until the next timer; undefined when there is none. */
  untilNext(): number | undefined;
}

/** Time that stands still until a test moves it. */
export function createManualClock(start = Date.parse('2026-01-01T00:00:00Z')): ManualClock {
  let now = start;
  let timers: { at: number; action: () => void }[] = [];
  const earliest = () => timers.reduce<number | undefined>((min, { at }) => Math.min(min ?? at, at), undefined);

  return {
    now: () => now,
    after(ms, action) {
      const timer = { at: now + ms, action };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (let due = earliest(); due !== undefined && due <= end; due = earliest()) {
        now = Math.max(now, due);
        const index = timers.findIndex((timer) => timer.at === due);
        const [timer] = timers.splice(index, 1);
        timer?.action();
      }
      now = end;
    },
    untilNext() {
      const at = earliest();
      return at === undefined ? undefined : Math.max(0, at - now);
    },
  };
}
