/** The one alarm of a Durable Object: `ctx.storage` has these under `getAlarm` and `setAlarm`. */
export interface Alarm {
  /** Epoch ms; null when none is set, as during its own handler. */
  get(): Promise<number | null>;
  set(atMs: number): Promise<void>;
}

/** Where timers that must survive are kept. Reading happens once, at the start. */
export interface TimerStorage {
  load(): ReadonlyMap<string, number>;
  save(name: string, atMs: number): void;
  remove(name: string): void;
}

export interface TimersDeps {
  alarm: Alarm;
  /** Epoch ms. */
  now(): number;
  storage?: TimerStorage;
  /** A handler or the platform's alarm has failed; a failed handler runs again after a while. */
  onError(error: unknown, timer: string): void;
}

export type TimerHandler = (nowMs: number) => void | Promise<void>;

export interface Timers {
  /**
   * Names what runs when the timer of that name is due. It also runs once when an instance's first alarm rings, so it
   * looks at the state for what there is to do. Call this for all timers before the first `set` or `run`.
   */
  handle(name: string, handler: TimerHandler): void;
  /**
   * Runs the timer at `atMs` instead of whenever it was going to. With `durable` the time survives the object; others
   * are meant for what follows from stored state anyway.
   */
  set(name: string, atMs: number, options?: { durable?: boolean }): void;
  /** Like `set`, unless the timer is due earlier already. */
  setNoLater(name: string, atMs: number): void;
  clear(name: string): void;
  /** When the timer is due, as far as this instance knows. */
  dueAt(name: string): number | undefined;
  /** To be called by the object's `alarm()`. Never throws for a handler's sake. */
  run(): Promise<void>;
  /** Resolves when the alarm is set as the timers need it. */
  settled(): Promise<void>;
}

const firstRetryMs = 1000;
const lastRetryMs = 300_000;
/** An alarm that should have rung this long ago is taken for lost and set again. */
const overdueMs = 60_000;

/**
 * Many named timers on one alarm. A set alarm is a row written, so it is moved only when a timer is due before it; one
 * that turns out to be too early finds nothing to do and sets the next. The alarm itself survives the object, timers
 * need not: the first alarm of an instance may be for a timer that only its predecessor knew, so every timer that is not
 * durable runs then.
 *
 * Invariants: the alarm is never later than the earliest timer (once `settled`); an error in a handler never leaves
 * `run`, because the platform gives up on an alarm that keeps failing.
 */
export function createTimers(deps: TimersDeps): Timers {
  return new AlarmTimers(deps);
}

class AlarmTimers implements Timers {
  readonly #deps: TimersDeps;
  readonly #handlers = new Map<string, TimerHandler>();
  readonly #due: Map<string, number>;
  readonly #durable: Set<string>;
  readonly #retryMs = new Map<string, number>();
  /** What the platform's alarm is set to; undefined while that is not known. */
  #alarmAt: number | null | undefined;
  #settling: Promise<void> | undefined;
  #isRunning = false;
  #hasRun = false;

  constructor(deps: TimersDeps) {
    this.#deps = deps;
    this.#due = new Map(deps.storage?.load());
    this.#durable = new Set(this.#due.keys());
  }

  handle(name: string, handler: TimerHandler): void {
    this.#handlers.set(name, handler);
  }

  set(name: string, atMs: number, { durable = false }: { durable?: boolean } = {}): void {
    if (!this.#handlers.has(name)) throw new Error(`no handler for timer ${name}`);
    const before = this.#due.get(name);
    if (durable && (before !== atMs || !this.#durable.has(name))) this.#deps.storage?.save(name, atMs);
    if (!durable && this.#durable.has(name)) this.#deps.storage?.remove(name);
    if (durable) this.#durable.add(name);
    else this.#durable.delete(name);
    this.#due.set(name, atMs);
    this.#settle();
  }

  setNoLater(name: string, atMs: number): void {
    if ((this.#due.get(name) ?? Infinity) > atMs) this.set(name, atMs, { durable: this.#durable.has(name) });
  }

  clear(name: string): void {
    this.#due.delete(name);
    if (this.#durable.delete(name)) this.#deps.storage?.remove(name);
  }

  dueAt(name: string): number | undefined {
    return this.#due.get(name);
  }

  async run(): Promise<void> {
    this.#alarmAt = null;
    this.#isRunning = true;
    try {
      for (const name of this.#namesToRun()) await this.#runOne(name);
    } finally {
      this.#isRunning = false;
    }
    this.#settle();
    await this.settled();
  }

  async settled(): Promise<void> {
    while (this.#settling) await this.#settling;
  }

  #namesToRun(): string[] {
    const now = this.#deps.now();
    const due = [...this.#due].filter(([, at]) => at <= now).sort(([, a], [, b]) => a - b);
    const names = due.map(([name]) => name);
    if (this.#hasRun) return names;
    this.#hasRun = true;
    return [...new Set([...names, ...[...this.#handlers.keys()].filter((name) => !this.#durable.has(name))])];
  }

  async #runOne(name: string): Promise<void> {
    const isDurable = this.#durable.has(name);
    const handler = this.#handlers.get(name);
    // A durable timer stays stored until its work is done; one that nobody handles any more is dropped. A timer that
    // runs before its time, as in an instance's first alarm, stays set.
    if ((this.#due.get(name) ?? 0) <= this.#deps.now()) this.#due.delete(name);
    try {
      await handler?.(this.#deps.now());
      this.#retryMs.delete(name);
      if (!this.#due.has(name)) this.clear(name);
    } catch (error) {
      const delay = this.#retryMs.get(name) ?? firstRetryMs;
      this.#retryMs.set(name, Math.min(delay * 2, lastRetryMs));
      this.set(name, this.#deps.now() + delay, { durable: isDurable });
      this.#deps.onError(error, name);
    }
  }

  #settle(): void {
    if (this.#isRunning || this.#settling) return;
    this.#settling = this.#moveAlarm()
      .catch((error) => this.#deps.onError(error, 'alarm'))
      .finally(() => {
        this.#settling = undefined;
      });
  }

  async #moveAlarm(): Promise<void> {
    if (this.#alarmAt === undefined) this.#alarmAt = await this.#deps.alarm.get();
    while (this.#due.size > 0 && !this.#isRunning) {
      const now = this.#deps.now();
      // An alarm that is set to the present moment from within its own handler is lost.
      const wanted = Math.max(Math.min(...this.#due.values()), now + 1);
      const isLost = this.#alarmAt !== null && this.#alarmAt < now - overdueMs;
      if (this.#alarmAt !== null && this.#alarmAt <= wanted && !isLost) return;
      this.#alarmAt = wanted;
      await this.#deps.alarm.set(wanted);
    }
  }
}
