import { createCommitQueue } from '../../../store/commit-queue.ts';
import type { Store } from '../../../store/store.ts';
import { createWriteQueue, type WriteLimits, type WriteQueue } from '../write-queue.ts';
import type { WorldDeps } from '../write-run.ts';

/** The writes of a store whose disk is never behind. */
export function writesOver(store: Store, world: WorldDeps, limits?: Partial<WriteLimits>): WriteQueue {
  const commits = createCommitQueue({ store, sync: async () => {} });
  return createWriteQueue({
    commits,
    ...world,
    ...(limits ? { limits } : {}),
    startTimer(run, delayMs) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  });
}
