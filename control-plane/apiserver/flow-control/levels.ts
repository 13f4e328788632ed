import { type LevelLimits, limitsOf, type PriorityLevelConfiguration, sharesOf } from './config.ts';
import { createPriorityLevel, type PriorityLevel, type Release } from './priority-level.ts';
import { createSeatPool, type SeatAccount, type SeatBound, type SeatPool } from './seat-pool.ts';

export interface LevelsDeps {
  /** Runs something once after this many milliseconds; what it returns takes it back. */
  startTimer(run: () => void, delayMs: number): () => void;
  /** Seats of all levels together. */
  totalSeats: number;
  /** Seats that are taken in one turn of the event loop; who comes later in it waits in the queues for the next. */
  startsInTurn: number;
}

export interface Level {
  uid: string;
  /** Its requests never wait. */
  isExempt: boolean;
  /** Seats that one request may take. */
  widest: number;
  account: SeatAccount;
  seats: PriorityLevel;
}

/** The priority levels of a cluster, as their objects say. */
export interface Levels {
  find(name: string): Level | undefined;
  configure(configurations: readonly PriorityLevelConfiguration[]): void;
  /** Has seats of its own, for what no schema is for. */
  readonly everything: Level;
  /** Seats for a request of a flow, at once or when it is its turn. Rejects with NoSeat. */
  enter(level: Level, flow: string, width: number): Release | Promise<Release>;
}

/** Those who wait are seated in this order: first who is below its part, then who would borrow. */
const bounds: readonly SeatBound[] = ['nominal', 'maximum'];
const fallbackQueuing = { queues: 64, handSize: 8, queueLengthLimit: 50 };

export function createLevels({ startTimer, totalSeats, startsInTurn }: LevelsDeps): Levels {
  const pool = createSeatPool();
  const levels = new Map<string, Level>();
  let startsLeft = startsInTurn;
  let isTurnAwaited = false;
  let turnOf = 0;

  const all = { minimum: totalSeats, nominal: totalSeats, maximum: totalSeats };
  const everything = newLevel(createSeatPool(), { share: all, widest: 1, queuing: fallbackQueuing });

  function newLevel(from: SeatPool, { share, widest, queuing }: LevelLimits): Level {
    const account = from.join(share);
    const seats = createPriorityLevel(queuing, { account, startTimer, isAnyoneWaiting, drainLater: awaitTurn });
    return { uid: '', isExempt: false, widest, account, seats };
  }

  function waitingLevels(): Level[] {
    return [everything, ...levels.values()].filter(({ seats }) => seats.waiting > 0);
  }

  function isAnyoneWaiting(): boolean {
    if (everything.seats.waiting > 0) return true;
    for (const { seats } of levels.values()) if (seats.waiting > 0) return true;
    return false;
  }

  function awaitTurn(): void {
    if (isTurnAwaited) return;
    isTurnAwaited = true;
    startTimer(nextTurn, 0);
  }

  /** Everyone who has arrived meanwhile is in a queue by now: the levels take turns in starting. */
  function nextTurn(): void {
    isTurnAwaited = false;
    startsLeft = startsInTurn;
    const waiting = waitingLevels();
    for (const upTo of bounds) while (startsLeft > 0 && seatOneOfEach(waiting, upTo)) {}
    if (startsLeft <= 0) awaitTurn();
  }

  /** True if anybody was seated. */
  function seatOneOfEach(waiting: readonly Level[], upTo: SeatBound): boolean {
    let isSeated = false;
    for (let count = 0; count < waiting.length && startsLeft > 0; count++) {
      turnOf += 1;
      const width = waiting[turnOf % waiting.length]!.seats.seatNext(upTo);
      startsLeft -= width;
      isSeated ||= width > 0;
    }
    return isSeated;
  }

  function apply(level: Level, { share, widest, queuing }: LevelLimits): void {
    level.widest = widest;
    level.account.setShare(share);
    level.seats.setQueuing(queuing);
  }

  return {
    everything,
    find: (name) => levels.get(name),
    configure(configurations) {
      const totalShares = configurations.reduce((sum, one) => sum + sharesOf(one), 0);
      const gone = new Set(levels.keys());
      for (const configuration of configurations) {
        const { name, uid } = configuration.metadata;
        const limits = limitsOf(configuration, { totalSeats, totalShares });
        const known = levels.get(name);
        if (known) apply(known, limits);
        const level = known ?? newLevel(pool, limits);
        levels.set(name, Object.assign(level, { uid, isExempt: configuration.spec.type === 'Exempt' }));
        gone.delete(name);
      }
      for (const name of gone) {
        const level = levels.get(name)!;
        // Who waits in a level that is gone still gets a seat there.
        if (level.seats.waiting > 0) continue;
        level.account.leave();
        levels.delete(name);
      }
    },
    enter({ isExempt, account, seats }, flow, width) {
      if (isExempt) {
        account.take(width);
        return () => {
          account.give(width);
          if (isAnyoneWaiting()) awaitTurn();
        };
      }
      const release = startsLeft > 0 ? seats.tryAcquire(width) : undefined;
      if (!release) return seats.acquire(flow, width);
      startsLeft -= width;
      // Not with each request: a client that sends one after the other is to pay for no timers.
      if (startsLeft <= 0) awaitTurn();
      return release;
    },
  };
}
