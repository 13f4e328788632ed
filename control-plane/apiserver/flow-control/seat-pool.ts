/** How many of the seats that all levels share are for one of them. */
export interface SeatShare {
  /** What it may always have, whatever the others want. */
  minimum: number;
  /** Its part while all want theirs. The rest of it beyond the minimum is lent to others while they need it more. */
  nominal: number;
  /** With what it may borrow. */
  maximum: number;
}

/** Up to which of its bounds a level is to take seats. */
export type SeatBound = keyof SeatShare;

/** One level's account in the pool. */
export interface SeatAccount {
  readonly taken: number;
  /** Whether so many more may be taken, up to a bound. */
  fits(seats: number, upTo: SeatBound): boolean;
  /** Without a question: who is exempt takes what it needs, and the others make do with the rest. */
  take(seats: number): void;
  give(seats: number): void;
  setShare(share: SeatShare): void;
  /** What it has taken counts until it is given back. */
  leave(): void;
}

/**
 * The seats of all levels together: as many as their nominal shares. Invariant, as long as `take` follows `fits`: what is
 * taken, and what the minimum of each level still wants, is never more than all seats. So a level gets its minimum at
 * once, a seat that is not reserved for somebody's minimum is there for whoever asks, and lending needs no clock: what was
 * borrowed comes back with the end of the borrower's request, and goes to a level below its nominal share first.
 */
export interface SeatPool {
  join(share: SeatShare): SeatAccount;
  readonly total: number;
}

const nothing: SeatShare = { minimum: 0, nominal: 0, maximum: 0 };

export function createSeatPool(): SeatPool {
  let total = 0;
  let allTaken = 0;
  /** What the minimums of all levels still want. */
  let reserved = 0;

  function join(initial: SeatShare): SeatAccount {
    let share = nothing;
    let taken = 0;
    const wanted = () => Math.max(0, share.minimum - taken);

    /** Every change of the account goes through here: what it reserves follows. */
    function change(apply: () => void): void {
      reserved -= wanted();
      apply();
      reserved += wanted();
    }

    function count(seats: number): void {
      change(() => {
        taken += seats;
      });
      allTaken += seats;
    }

    function setShare(next: SeatShare): void {
      total += next.nominal - share.nominal;
      change(() => {
        share = next;
      });
    }

    setShare(initial);
    return {
      get taken() {
        return taken;
      },
      fits(seats, upTo) {
        const after = taken + seats;
        if (after <= share.minimum) return true;
        return after <= share[upTo] && allTaken + seats + (reserved - wanted()) <= total;
      },
      take: count,
      give: (seats) => count(-seats),
      setShare,
      leave: () => setShare(nothing),
    };
  }

  return {
    join,
    get total() {
      return total;
    },
  };
}
