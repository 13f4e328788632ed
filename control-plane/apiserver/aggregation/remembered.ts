/** What is known of something that takes time to ask for, and that may not answer. */
export interface Known<T> {
  /** The last answer. */
  value: T | undefined;
  /** Why there is none that is newer. */
  problem?: string;
}

export interface Remembered<T> {
  get(): Promise<Known<T>>;
  /** What was known, without asking. */
  last(): Known<T>;
  /** What is known may not hold any more: whoever asks next waits for a new answer. */
  expire(): void;
}

export interface RememberedDeps<T> {
  /** Epoch ms. */
  now(): number;
  /** With the last answer, which may still be the answer. Never throws. */
  ask(last: T | undefined): Promise<{ value: T } | { problem: string }>;
}

/** How long an answer is taken to hold, in ms; after that it is given out while a new one is on its way. */
const maxAgeMs = 60_000;
const firstRetryMs = 1000;

/**
 * Keeps an answer, so that few ask and hardly anybody waits: only the first ones do, and those after `expire`. A failure
 * counts as an answer for a moment that doubles with each further one, so that what does not answer holds nobody up.
 */
export function createRemembered<T>({ now, ask }: RememberedDeps<T>): Remembered<T> {
  let known: Known<T> = { value: undefined };
  let validUntil = Number.NEGATIVE_INFINITY;
  let isExpired = true;
  let failures = 0;
  /** Under way; those who come meanwhile wait for it where they must not be told what was known before. */
  let asking: { done: Promise<void>; blocks: boolean } | undefined;

  async function refresh(): Promise<void> {
    const answer = await ask(known.value);
    if ('value' in answer) known = { value: answer.value };
    else known = { value: known.value, problem: answer.problem };
    failures = 'value' in answer ? 0 : failures + 1;
    validUntil = now() + (failures === 0 ? maxAgeMs : Math.min(maxAgeMs, firstRetryMs * 2 ** (failures - 1)));
    asking = undefined;
  }

  function start({ blocks }: { blocks: boolean }): void {
    isExpired = false;
    asking = { blocks, done: refresh() };
  }

  return {
    async get() {
      // What is under way since before the expiry may bring what was true then.
      if (isExpired && asking) await asking.done;
      if (isExpired) start({ blocks: true });
      else if (!asking && now() >= validUntil) start({ blocks: false });
      if (asking?.blocks) await asking.done;
      return known;
    },
    last: () => known,
    expire() {
      isExpired = true;
      failures = 0;
    },
  };
}
