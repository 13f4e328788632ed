import type { Timers } from '../timers/timers.ts';
import type { Store, StoredObject } from './store.ts';

export interface MaintenanceDeps {
  store: Pick<Store, 'compact' | 'expired' | 'nextExpiry' | 'hasHistory' | 'onCommit' | 'revision'>;
  timers: Pick<Timers, 'handle' | 'set' | 'setNoLater'>;
  /** Epoch ms. */
  now(): number;
  /** Resources whose objects expire. Asked anew each time: kinds come and go. */
  expiringResources(): readonly string[];
  /**
   * Removes expired objects, as deletions through the commit queue that watchers see. One that has meanwhile been
   * written again (its revision is another) stays.
   */
  remove(expired: readonly StoredObject[]): Promise<void>;
  options?: Partial<MaintenanceOptions>;
}

export interface MaintenanceOptions {
  /** History that is kept at least, unless `keepRows` says otherwise. Kubernetes keeps 5 minutes. */
  historyMs: number;
  /** Most revisions of history, so that a storm of writes does not fill the disk. */
  keepRows: number;
  /** Expired objects are looked for at most this often; each look reads their whole resources. */
  expiryIntervalMs: number;
  /** Objects removed at a time. */
  expiryBatch: number;
}

const defaults: MaintenanceOptions = {
  historyMs: 5 * 60_000,
  keepRows: 200_000,
  expiryIntervalMs: 5 * 60_000,
  expiryBatch: 200,
};

const compactTimer = 'store/compact';
const expireTimer = 'store/expire';

/**
 * Keeps the store in bounds from two timers. Both are volatile and follow from what is stored: an idle cluster whose
 * history is compacted and whose events are gone sets no alarm and so writes nothing.
 */
export function startMaintenance(deps: MaintenanceDeps): void {
  const options = { ...defaults, ...deps.options };
  const { store, timers, now } = deps;

  const compactLater = () => {
    if (store.hasHistory) timers.setNoLater(compactTimer, now() + options.historyMs);
  };
  const expireLater = () => {
    const next = store.nextExpiry(deps.expiringResources());
    if (next !== undefined) timers.set(expireTimer, Math.max(next, now() + options.expiryIntervalMs));
  };

  timers.handle(compactTimer, () => {
    store.compact({ beforeMs: now() - options.historyMs, keepRows: options.keepRows });
    compactLater();
  });
  timers.handle(expireTimer, async () => {
    for (;;) {
      const query = { resources: deps.expiringResources(), nowMs: now(), limit: options.expiryBatch };
      const expired = store.expired(query);
      if (expired.length === 0) break;
      const { revision } = store;
      await deps.remove(expired);
      // Nothing of it could be removed: the next round may.
      if (store.revision === revision) break;
    }
    expireLater();
  });

  store.onCommit((changes) => {
    compactLater();
    const expiring = deps.expiringResources();
    if (changes.some(({ key }) => expiring.includes(key.resource)))
      timers.setNoLater(expireTimer, now() + options.expiryIntervalMs);
  });
  compactLater();
  if (store.nextExpiry(deps.expiringResources()) !== undefined)
    timers.setNoLater(expireTimer, now() + options.expiryIntervalMs);
}
