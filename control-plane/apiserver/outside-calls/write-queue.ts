import { modified, StatusError } from '../../../shared/api/errors.ts';
import type { CommitQueue } from '../../store/commit-queue.ts';
import type { StoreTransaction } from '../../store/store.ts';
import { AnswersNeeded, type OutsideQuestion } from './question.ts';
import { directRun, type RepeatableRun, repeatableRun, type WorldDeps, type WriteRun } from './write-run.ts';

/** One write of several that share a transaction: its run, by its place among them. */
export type RunOf = (index: number) => WriteRun;

export interface WriteQueue {
  /**
   * The commit queue's `submit` for writes that may have to ask outside. `work` gives the run of each write to the
   * registry; it may catch `AnswersNeeded` to find out what the writes after it ask, all of which is then asked at once.
   */
  submit<T>(work: (tx: StoreTransaction, runOf: RunOf) => T): Promise<T>;
}

export interface WriteQueueDeps extends WorldDeps {
  commits: Pick<CommitQueue, 'submit'>;
  /** Calls `run` once after that time; returns what takes it back. */
  startTimer(run: () => void, delayMs: number): () => void;
  limits?: Partial<WriteLimits>;
}

export interface WriteLimits {
  /** Time that one write may take, answers included. */
  totalMs: number;
  /** How often one place may ask anew because the object has changed meanwhile, as Kubernetes retries a patch. */
  askedAgain: number;
  /** Questions that are asked at the same time; the platform opens no more connections at once. */
  atOnce: number;
}

const defaultLimits: WriteLimits = { totalMs: 60_000, askedAgain: 5, atOnce: 6 };

/**
 * Writes that ask. One that lacks an answer is taken back as a whole, asks while no transaction is open, and is run
 * again from its beginning: it sees the same time and draws the same names, so that it asks what is answered already,
 * unless the cluster has changed meanwhile. A write that asks nothing is run once, and costs what it would without this.
 *
 * Nothing is remembered outside of the caller's promise: a write whose object is evicted while it waits never happened.
 */
export function createWriteQueue(deps: WriteQueueDeps): WriteQueue {
  const limits = { ...defaultLimits, ...deps.limits };

  return {
    async submit(work) {
      const runs: RepeatableRun[] = [];
      const runOf: RunOf = (index) => {
        runs[index] ??= repeatableRun(deps);
        return runs[index];
      };
      const conversation = createConversation({ ...deps, limits });
      for (;;) {
        try {
          return await deps.commits.submit((tx) => attempt(tx, { work, runs, runOf }));
        } catch (error) {
          if (!(error instanceof AnswersNeeded)) throw error;
          await conversation.ask(runs);
        }
      }
    },
  };
}

/** For writes that nobody outside is asked about, whoever wants to be: of those who must not wait for anybody. */
export function createDirectWrites({ commits, ...world }: WorldDeps & Pick<WriteQueueDeps, 'commits'>): WriteQueue {
  return { submit: (work) => commits.submit((tx) => work(tx, () => directRun(world))) };
}

function attempt<T>(
  tx: StoreTransaction,
  { work, runs, runOf }: { work: (tx: StoreTransaction, runOf: RunOf) => T; runs: RepeatableRun[]; runOf: RunOf },
): T {
  for (const run of runs) run?.rewind();
  const result = work(tx, runOf);
  if (runs.some((run) => run && run.missing.length > 0)) throw new AnswersNeeded();
  return result;
}

interface Open {
  run: RepeatableRun;
  question: OutsideQuestion;
}

/** The questions of one submission, over all of its rounds. */
function createConversation(deps: WriteQueueDeps & { limits: WriteLimits }) {
  const { limits, now, startTimer } = deps;
  const asked = new Map<RepeatableRun, Map<string, number>>();
  let deadline: number | undefined;

  function count({ run, question }: Open): void {
    const places = asked.get(run) ?? new Map<string, number>();
    asked.set(run, places);
    const times = (places.get(question.place) ?? 0) + 1;
    if (times > 1 + limits.askedAgain) throw modified(question.subject);
    places.set(question.place, times);
  }

  return {
    async ask(runs: readonly RepeatableRun[]): Promise<void> {
      deadline ??= now() + limits.totalMs;
      const open = runs.flatMap((run) => (run?.missing ?? []).map((question) => ({ run, question })));
      for (const one of open) count(one);
      const aborted = new AbortController();
      const timeout = Promise.withResolvers<never>();
      const cancel = startTimer(() => timeout.reject(tooLate()), Math.max(0, deadline - now()));
      try {
        await Promise.race([askAll(open, { signal: aborted.signal, atOnce: limits.atOnce }), timeout.promise]);
      } finally {
        cancel();
        aborted.abort();
      }
    },
  };
}

async function askAll(open: Open[], { signal, atOnce }: { signal: AbortSignal; atOnce: number }): Promise<void> {
  const waiting = open.values();
  const worker = async () => {
    for (const { run, question } of waiting) {
      if (signal.aborted) return;
      run.keep(question, await question.ask(signal));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, open.length) }, worker));
}

function tooLate(): StatusError {
  return new StatusError('Timeout', 'Timeout: request did not complete within requested timeout');
}
