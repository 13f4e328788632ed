/** What a priority level lets its requests do. */
export interface LevelLimits {
  /** Requests that may run at a time. */
  seats: number;
  /** Absent: what finds no seat is refused at once. */
  queuing?: { queues: number; handSize: number; queueLengthLimit: number };
}

export interface PriorityLevelDeps {
  /** Runs something once after this many milliseconds; what it returns takes it back. */
  startTimer(run: () => void, delayMs: number): () => void;
  /** Asks for `drain` to be called, in a turn of the event loop that comes later. */
  drainLater(): void;
}

/** Nobody had a seat for the request, and there was no place, or no time left, to wait for one. */
export class NoSeat extends Error {}

/** Gives the seat back. To be called once. */
export type Release = () => void;

/** A request may wait this long for its seat, as in Kubernetes: a quarter of the time that it may take in all. */
export const maxWaitMs = 15_000;

interface Waiting {
  start(release: Release): void;
  stopTimer(): void;
}

interface Queue {
  waiting: Waiting[];
  /** How much of the level's time the queue has had: the number of its requests, since it last was empty. */
  served: number;
}

/**
 * The seats of one priority level and the queues before them. A flow (a user, or a namespace) is dealt a hand of queues by
 * its name and waits in the shortest; the queues take turns. So a flow with a thousand requests fills its few queues, and
 * one with a single request finds an empty one and is next.
 */
export interface PriorityLevel {
  /** Undefined: no seat can be had without waiting. */
  tryAcquire(): Release | undefined;
  /** Throws NoSeat. */
  acquire(flow: string): Promise<Release>;
  /** Seats those who wait, at most `count` of them, and as far as there are seats. Returns how many. */
  drain(count: number): number;
  readonly waiting: number;
  readonly executing: number;
  /** New limits take effect on what comes. */
  setLimits(limits: LevelLimits): void;
}

export function createPriorityLevel(initial: LevelLimits, deps: PriorityLevelDeps): PriorityLevel {
  let limits = initial;
  let queues = emptyQueues(limits);
  let executing = 0;
  let waiting = 0;
  /** What a queue that begins to wait has to have had: as much as the one that is served next. */
  let level = 0;

  const seat = (): Release => {
    executing += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      executing -= 1;
      if (waiting > 0) deps.drainLater();
    };
  };

  function enqueue(flow: string, { queueLengthLimit, handSize }: NonNullable<LevelLimits['queuing']>) {
    const queue = shortest(queues, hand(flow, queues.length, handSize));
    if (queue.waiting.length >= queueLengthLimit) throw new NoSeat('the queue is full');
    const { promise, resolve, reject } = Promise.withResolvers<Release>();
    const stopTimer = deps.startTimer(() => {
      queue.waiting.splice(queue.waiting.indexOf(entry), 1);
      waiting -= 1;
      reject(new NoSeat('no seat within the time'));
    }, maxWaitMs);
    const entry: Waiting = { start: resolve, stopTimer };
    if (queue.waiting.length === 0) queue.served = Math.max(queue.served, level);
    queue.waiting.push(entry);
    waiting += 1;
    deps.drainLater();
    return promise;
  }

  function next(): Waiting | undefined {
    const queue = leastServed(queues);
    if (!queue) return undefined;
    level = queue.served;
    queue.served += 1;
    waiting -= 1;
    return queue.waiting.shift();
  }

  return {
    tryAcquire: () => (executing < limits.seats && waiting === 0 ? seat() : undefined),
    async acquire(flow) {
      if (!limits.queuing) throw new NoSeat('all seats are taken');
      return enqueue(flow, limits.queuing);
    },
    drain(count) {
      let seated = 0;
      while (seated < count && executing < limits.seats) {
        const entry = next();
        if (!entry) break;
        entry.stopTimer();
        entry.start(seat());
        seated += 1;
      }
      return seated;
    },
    get waiting() {
      return waiting;
    },
    get executing() {
      return executing;
    },
    setLimits(changed) {
      limits = changed;
      // Those who wait keep their places; what is left of the old queues runs empty.
      const old = queues.filter((queue) => queue.waiting.length > 0);
      queues = [...emptyQueues(limits), ...old];
    },
  };
}

function emptyQueues({ queuing }: LevelLimits): Queue[] {
  return Array.from({ length: queuing?.queues ?? 0 }, () => ({ waiting: [], served: 0 }));
}

function leastServed(queues: readonly Queue[]): Queue | undefined {
  let least: Queue | undefined;
  for (const queue of queues) {
    if (queue.waiting.length > 0 && (!least || queue.served < least.served)) least = queue;
  }
  return least;
}

function shortest(queues: readonly Queue[], indexes: readonly number[]): Queue {
  return indexes.map((index) => queues[index]!).reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a));
}

/** The queues that a flow may use: always the same ones, and seldom all of another flow's. */
export function hand(flow: string, queues: number, size: number): number[] {
  let value = hash(flow);
  const chosen: number[] = [];
  for (let dealt = 0; dealt < Math.min(size, queues); dealt++) {
    const left = queues - dealt;
    let index = value % left;
    value = hash(`${flow}/${dealt}/${value}`);
    // The index counts the queues that are not dealt yet.
    for (const taken of chosen.toSorted((a, b) => a - b)) if (taken <= index) index += 1;
    chosen.push(index);
  }
  return chosen;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
