import type { SeatAccount, SeatBound } from './seat-pool.ts';

/** How requests of a priority level wait. */
export interface Queuing {
  queues: number;
  handSize: number;
  queueLengthLimit: number;
}

export interface PriorityLevelDeps {
  /** The level's seats. */
  account: SeatAccount;
  /** Whether a request waits for a seat, in this level or in another. */
  isAnyoneWaiting(): boolean;
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
  /** Seats that it takes. */
  width: number;
  start(release: Release): void;
  stopTimer(): void;
}

interface Queue {
  waiting: Waiting[];
  /** How much of the level's time the queue has had: the seats that its requests took, since it last was empty. */
  served: number;
}

/**
 * The seats of one priority level and the queues before them. A flow (a user, or a namespace) is dealt a hand of queues by
 * its name and waits in the shortest; the queues take turns. So a flow with a thousand requests fills its few queues, and
 * one with a single request finds an empty one and is next.
 */
export interface PriorityLevel {
  /** `width`: how many seats. Undefined: they cannot be had without waiting. */
  tryAcquire(width: number): Release | undefined;
  /** Throws NoSeat. */
  acquire(flow: string, width: number): Promise<Release>;
  /** Seats who is next, as far as the bound allows it. Returns how many seats that took; 0: nobody was seated. */
  seatNext(upTo: SeatBound): number;
  readonly waiting: number;
  /** Takes effect on what comes. Undefined: what finds no seat is refused at once. */
  setQueuing(queuing: Queuing | undefined): void;
}

export function createPriorityLevel(initial: Queuing | undefined, deps: PriorityLevelDeps): PriorityLevel {
  const { account, isAnyoneWaiting, drainLater } = deps;
  let queuing = initial;
  let queues = emptyQueues(queuing);
  let waiting = 0;
  /** What a queue that begins to wait has to have had: as much as the one that is served next. */
  let level = 0;

  const seat = (width: number): Release => {
    account.take(width);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      account.give(width);
      if (isAnyoneWaiting()) drainLater();
    };
  };

  /** Nobody passes those who wait in this level; beyond its own seats a level passes nobody at all, if it can wait. */
  function hasRoom(width: number): boolean {
    if (waiting > 0) return false;
    if (account.fits(width, 'minimum')) return true;
    if (!isAnyoneWaiting()) return account.fits(width, 'maximum');
    return !queuing && account.fits(width, 'nominal');
  }

  function enqueue(flow: string, width: number, { queueLengthLimit, handSize }: Queuing) {
    const queue = shortest(queues, hand(flow, queues.length, handSize));
    if (queue.waiting.length >= queueLengthLimit) throw new NoSeat('the queue is full');
    const { promise, resolve, reject } = Promise.withResolvers<Release>();
    const stopTimer = deps.startTimer(() => {
      queue.waiting.splice(queue.waiting.indexOf(entry), 1);
      waiting -= 1;
      reject(new NoSeat('no seat within the time'));
    }, maxWaitMs);
    const entry: Waiting = { width, start: resolve, stopTimer };
    if (queue.waiting.length === 0) queue.served = Math.max(queue.served, level);
    queue.waiting.push(entry);
    waiting += 1;
    drainLater();
    return promise;
  }

  return {
    tryAcquire: (width) => (hasRoom(width) ? seat(width) : undefined),
    async acquire(flow, width) {
      if (!queuing) throw new NoSeat('all seats are taken');
      return enqueue(flow, width, queuing);
    },
    seatNext(upTo) {
      const queue = leastServed(queues);
      const entry = queue?.waiting[0];
      if (!queue || !entry || !account.fits(entry.width, upTo)) return 0;
      queue.waiting.shift();
      waiting -= 1;
      level = queue.served;
      queue.served += entry.width;
      entry.stopTimer();
      entry.start(seat(entry.width));
      return entry.width;
    },
    get waiting() {
      return waiting;
    },
    setQueuing(changed) {
      queuing = changed;
      // Those who wait keep their places; what is left of the old queues runs empty.
      const old = queues.filter((queue) => queue.waiting.length > 0);
      queues = [...emptyQueues(queuing), ...old];
    },
  };
}

function emptyQueues(queuing: Queuing | undefined): Queue[] {
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
