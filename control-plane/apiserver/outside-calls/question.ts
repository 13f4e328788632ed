import type { ErrorSubject } from '../../../shared/api/errors.ts';

/**
 * Something that a write has to ask outside of the cluster's object before it can go on: what a webhook says of an
 * object. Writes are synchronous, so that none can wait: see `createWriteQueue`.
 */
export interface OutsideQuestion<T = unknown> {
  /**
   * Who asks in the course of this write: the same from one attempt to the next, while `content` changes with the object
   * that is asked about.
   */
  place: string;
  /** All that the answer depends on. An answer holds for every question of the same place and content. */
  content: string;
  /** The object that the write is about, for the error when it changes faster than answers come. */
  subject: ErrorSubject;
  /**
   * Asks. Runs outside of any transaction. A failure that the asker wants to judge for itself is an answer; what this
   * throws is the end of the write. The signal says that nobody waits any longer.
   */
  ask(signal: AbortSignal): Promise<T>;
}

/** Thrown in the middle of a write that cannot go on without answers. Nothing of the write is kept. */
export class AnswersNeeded extends Error {
  constructor() {
    super('a write needs answers from outside');
    this.name = 'AnswersNeeded';
  }
}
