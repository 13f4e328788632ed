import type { Clock } from './clock.ts';

export interface SerialTask {
  /** Runs the task soon; requests during a run lead to one more run after it. */
  request(): void;
  /** No run after this; resolves when the present one is over. */
  stop(): Promise<void>;
}

export interface SerialTaskOptions {
  clock: Clock;
  run(): Promise<void>;
  failed(error: unknown): void;
}

const firstRetryMs = 500;
const longestRetryMs = 30_000;

/** A task that brings something to the newest state: never twice at a time, and again, with back-off, after a failure. */
export function createSerialTask({ clock, run, failed }: SerialTaskOptions): SerialTask {
  let wanted = false;
  let stopped = false;
  let running: Promise<void> | undefined;
  let retryMs = firstRetryMs;
  let cancelRetry = () => {};

  async function loop(): Promise<void> {
    while (wanted && !stopped) {
      wanted = false;
      cancelRetry();
      try {
        await run();
        retryMs = firstRetryMs;
      } catch (error) {
        failed(error);
        cancelRetry = clock.after(retryMs, request);
        retryMs = Math.min(longestRetryMs, retryMs * 2);
      }
    }
    running = undefined;
  }

  function request(): void {
    wanted = true;
    if (!stopped) running ??= Promise.resolve().then(loop);
  }

  return {
    request,
    async stop() {
      stopped = true;
      cancelRetry();
      await running;
    },
  };
}
