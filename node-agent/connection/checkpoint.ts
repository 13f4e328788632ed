import { open, readFile, rename, rm } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { type Log, textOf } from '../log.ts';

/** What a restarted agent goes by until it reaches the control plane. */
export interface Checkpoint<T> {
  /** Undefined when there is none, or none that can be read. */
  load(): Promise<T | undefined>;
  /** Called with every change; writes are gathered, and the newest content wins. */
  save(content: () => T): void;
  /** Resolves when all that was saved is on the disk, or has failed to be; nothing is tried again after it. */
  close(): Promise<void>;
}

export interface CheckpointDeps {
  file: string;
  clock: Clock;
  log: Log;
  /** Told of every write: whether the disk took it. */
  written(outcome: { ok: true } | { ok: false; full: boolean }): void;
}

/** What the disk did not take is tried again after this time, or with the next change. */
const retryMs = 5_000;

/** Replaced as a whole by a rename and readable by nobody else. A full disk costs the newest state, never the old one. */
export function createCheckpoint<T>({ file, clock, log, written }: CheckpointDeps): Checkpoint<T> {
  let next: (() => T) | undefined;
  let writing: Promise<void> | undefined;
  let failing = false;
  let closed = false;
  let cancelRetry = () => {};

  async function drain(): Promise<void> {
    while (next) {
      const content = next;
      next = undefined;
      cancelRetry();
      try {
        await replace(file, JSON.stringify(content()));
        if (failing) log.info({ file }, 'the checkpoint is written again');
        failing = false;
        written({ ok: true });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        const full = code === 'ENOSPC' || code === 'EDQUOT';
        if (!failing)
          log.error(
            { file, error: textOf(error), full },
            'the desired state cannot be saved: a restarted agent would go by an older one',
          );
        failing = true;
        written({ ok: false, full });
        if (!closed) cancelRetry = clock.after(retryMs, () => save(next ?? content));
      }
    }
    writing = undefined;
  }

  function save(content: () => T): void {
    next = content;
    writing ??= drain();
  }

  return {
    async load() {
      try {
        return JSON.parse(await readFile(file, 'utf8')) as T;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
          log.error(
            { file, error: textOf(error) },
            'the checkpoint cannot be read; the control plane will say what to run',
          );
        }
        return undefined;
      }
    },
    save,
    async close() {
      closed = true;
      cancelRetry();
      await writing;
    },
  };
}

async function replace(file: string, text: string): Promise<void> {
  const draft = `${file}.new`;
  try {
    const handle = await open(draft, 'w', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    // What a full disk took of it is space that others need.
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}
