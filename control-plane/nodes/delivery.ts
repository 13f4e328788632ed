import type { Store } from '../store/store.ts';
import type { AddressedChange, NodeFeed } from './node-feed.ts';

/** What a gateway gets for one or more commits. */
export interface DeliveryBatch {
  /** Revision of the batch before; absent when the sender does not know, as after a restart. */
  from?: number;
  revision: number;
  changes: AddressedChange[];
}

export interface DeliveryDeps {
  store: Pick<Store, 'changes' | 'onCommit' | 'revision'>;
  feed: NodeFeed;
  gateways: number;
  /** Resolves, once the gateway has taken the batch, with the number of nodes that are connected to it. */
  deliver(gateway: number, batch: DeliveryBatch): Promise<number>;
  schedule(run: () => void, delayMs: number): void;
  log(message: string, fields: Record<string, unknown>): void;
}

export interface Delivery {
  /** A node has connected through this gateway. */
  activate(gateway: number): void;
}

interface Link {
  /** Changes up to here have been looked at; undefined before the first commit of this instance. */
  position?: number;
  /** Revision of the last batch that the gateway has taken. */
  delivered?: number;
  /** A batch is on its way. */
  isBusy: boolean;
  /** The gateway has said that it has nobody. */
  isEmpty: boolean;
}

const retryDelayMs = 1000;
const noChanges: readonly AddressedChange[] = [];

/**
 * Brings commits to the gateways: one call per gateway at a time, with everything that was committed meanwhile in the
 * next one. Level-triggered: what to send is read from the log, so nothing is queued here and a failed call is repeated.
 * Commits that concern no node cost nothing.
 */
export function createDelivery(deps: DeliveryDeps): Delivery {
  const { store, feed, log } = deps;
  const links = Array.from({ length: deps.gateways }, (): Link => ({ isBusy: false, isEmpty: false }));
  const relevant = new Set(feed.resources);

  store.onCommit((changes) => {
    const first = changes[0];
    if (!first || !changes.some(({ key }) => relevant.has(key.resource))) return;
    links.forEach((link, index) => {
      link.position ??= first.revision - 1;
      wake(index);
    });
  });

  function wake(index: number): void {
    const link = links[index];
    if (!link || link.isBusy || link.isEmpty) return;
    link.isBusy = true;
    void pump(index, link).finally(() => {
      link.isBusy = false;
    });
  }

  async function pump(index: number, link: Link): Promise<void> {
    // The commits of this turn go together, and none is sent before the write that made it has been answered for.
    await Promise.resolve();
    try {
      while (!link.isEmpty && link.position !== undefined && link.position < store.revision) {
        const page = store.changes({ after: link.position, resources: feed.resources });
        const changes = page.changes.length > 0 ? feed.address(page.changes) : noChanges;
        if (changes.length > 0) await deliver(index, link, { revision: page.revision, changes: [...changes] });
        link.position = page.revision;
      }
    } catch (error) {
      log('delivery to a node gateway failed', { gateway: index, error: String(error) });
      deps.schedule(() => wake(index), retryDelayMs);
    }
  }

  async function deliver(index: number, link: Link, batch: DeliveryBatch): Promise<void> {
    const connected = await deps.deliver(index, { ...batch, from: link.delivered });
    link.delivered = batch.revision;
    if (connected === 0) link.isEmpty = true;
  }

  return {
    activate(index) {
      const link = links[index];
      if (!link?.isEmpty) return;
      link.isEmpty = false;
      // Nobody was there to miss what was not sent.
      link.delivered = undefined;
      link.position = store.revision;
    },
  };
}
