import { AnswersNeeded, type OutsideQuestion } from './question.ts';

/** What a write takes from the world around it. Run again it takes the same, so that it asks the same questions. */
export interface WriteRun {
  /** Epoch milliseconds. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  uid(): string;
  /** False for writes of which nobody outside is asked: `answers` is not to be called. */
  readonly asks: boolean;
  /**
   * The answers, in the order of the questions. Throws `AnswersNeeded` unless all of them are there: ask everything at
   * once that does not depend on another answer.
   */
  answers<T>(questions: readonly OutsideQuestion<T>[]): T[];
}

export interface WorldDeps {
  /** Epoch milliseconds. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  uid(): string;
}

/** For writes that nobody repeats, of the control plane and its nodes themselves: they wait for no answer. */
export function directRun(world: WorldDeps): WriteRun {
  const { now, random, uid } = world;
  return {
    now,
    random,
    uid,
    asks: false,
    answers() {
      throw new AnswersNeeded();
    },
  };
}

/** A write over all of its attempts. */
export interface RepeatableRun extends WriteRun {
  /** To be called before each attempt. */
  rewind(): void;
  /** Questions of this attempt that have no answer yet. */
  readonly missing: readonly OutsideQuestion[];
  keep(question: OutsideQuestion, answer: unknown): void;
}

/**
 * Time stands still from the first attempt on; random numbers and uids come in the order in which they were drawn. An
 * attempt that goes another way than the one before draws new ones where the old ones end, and asks again where that
 * makes a difference.
 */
export function repeatableRun(world: WorldDeps): RepeatableRun {
  let started: number | undefined;
  const randoms = tape(world.random);
  const uids = tape(world.uid);
  const known = new Map<string, unknown>();
  let missing: OutsideQuestion[] = [];
  return {
    now() {
      started ??= world.now();
      return started;
    },
    random: randoms.next,
    uid: uids.next,
    asks: true,
    answers<T>(questions: readonly OutsideQuestion<T>[]): T[] {
      const open = questions.filter((question) => !known.has(identify(question)));
      if (open.length === 0) return questions.map((question) => known.get(identify(question)) as T);
      missing.push(...open);
      throw new AnswersNeeded();
    },
    rewind() {
      randoms.rewind();
      uids.rewind();
      missing = [];
    },
    get missing() {
      return missing;
    },
    keep: (question, answer) => void known.set(identify(question), answer),
  };
}

function identify({ place, content }: OutsideQuestion): string {
  return `${place}\n${content}`;
}

function tape<T>(draw: () => T): { next(): T; rewind(): void } {
  const drawn: T[] = [];
  let at = 0;
  return {
    next() {
      if (at === drawn.length) drawn.push(draw());
      return drawn[at++]!;
    },
    rewind() {
      at = 0;
    },
  };
}
