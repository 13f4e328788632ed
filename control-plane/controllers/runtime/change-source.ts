import { hasReason } from '../../../shared/api/errors.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { ClusterClient, ObjectChange } from '../../client.ts';
import type { Cursor } from './controller.ts';

/**
 * What a pull found: changes since the last one, or everything anew because the log does not reach back to it, each
 * object as ADDED.
 */
export interface Pulled {
  changes: ObjectChange[];
  /** From here on the state is listed, in this pull and those that follow while there is more: what was known is void. */
  relisted: boolean;
  /** There may be more. */
  more: boolean;
}

export interface ChangeSourceOptions {
  client: ClusterClient;
  /** Asked at each pull: kinds may be added at run time. */
  resources(): readonly string[];
  cursor: Cursor;
  /** About so many changes a pull, and objects of each list. */
  limit?: number;
  /** A saved cursor, which costs a row, may lag by so many revisions: looked at again after a restart, in one pull. */
  saveEvery?: number;
}

/** Where reading everything has got to. */
interface Listing {
  resources: readonly string[];
  /** Of the resource that is being read. */
  index: number;
  after?: { namespace: string; name: string };
  /** The lowest revision of what has been read. */
  revision: number;
}

/** Either of them; none when nothing has been read and no earlier process has left word. */
interface Progress {
  after?: number;
  listing?: Listing;
}

/**
 * Pulls the change feed from where the component stopped last time. Where everything has to be read it comes in pages,
 * each of its own moment: what changes between them is in the feed after the first one.
 */
export function createChangeSource(options: ChangeSourceOptions) {
  const { client, cursor, limit = 500, saveEvery = 500 } = options;
  let progress: Progress = {};
  let before: Progress = {};
  let saved: number | undefined;
  let opened = false;

  function beginning(): Listing {
    return { resources: options.resources(), index: 0, revision: Number.POSITIVE_INFINITY };
  }

  /** As many lists as a page has room for. */
  async function page(begun: Listing, relisted: boolean): Promise<Pulled> {
    const changes: ObjectChange[] = [];
    let listing = begun;
    while (listing.index < listing.resources.length) {
      listing = await listNext(listing, changes);
      if (listing.after || changes.length >= limit) break;
    }
    const isDone = listing.index === listing.resources.length;
    progress = isDone ? { after: listing.revision } : { listing };
    return { changes, relisted, more: true };
  }

  async function listNext(listing: Listing, changes: ObjectChange[]): Promise<Listing> {
    const { resources, index, after } = listing;
    const resource = resources[index]!;
    const { items, revision, next } = await client.list({ resource, limit, ...(after ? { after } : {}) });
    for (const object of items) changes.push(added(resource, object));
    return {
      resources,
      index: next ? index : index + 1,
      ...(next ? { after: { namespace: next.namespace, name: next.name } } : {}),
      revision: Math.min(listing.revision, revision),
    };
  }

  /** The delays of an earlier process, the first time. */
  async function open(): Promise<Record<string, number>> {
    if (opened) return {};
    const found = await cursor.load();
    opened = true;
    saved = found?.revision;
    progress = saved === undefined ? {} : { after: saved };
    return found?.delays ?? {};
  }

  return {
    open,
    /** Throws whatever the client throws, except `Expired`, which makes it list. */
    async pull(): Promise<Pulled> {
      await open();
      before = progress;
      const { after, listing } = progress;
      if (listing) return page(listing, false);
      if (after === undefined) return page(beginning(), true);
      try {
        const batch = await client.changes({ after, resources: options.resources(), limit });
        const more = batch.revision > after && batch.changes.length > 0;
        progress = { after: batch.revision };
        return { changes: batch.changes, relisted: false, more };
      } catch (error) {
        if (hasReason(error, 'Expired', 'Gone')) return page(beginning(), true);
        throw error;
      }
    },
    /** The last pull could not be dealt with: the next one brings it again. */
    rewind(): void {
      progress = before;
    },
    /** Makes the next pull list everything. */
    restart(): void {
      progress = {};
    },
    /** Called when all that was pulled has been dealt with; writes only when it is worth a row. */
    async settle(delays?: { changed: boolean; all: Record<string, number> }): Promise<void> {
      const { after } = progress;
      if (after === undefined) return;
      const isNear = saved !== undefined && after - saved < saveEvery;
      if (isNear && !delays?.changed) return;
      const kept = delays && Object.keys(delays.all).length > 0 ? { delays: delays.all } : {};
      await cursor.save({ revision: after, ...kept });
      saved = after;
    },
  };
}

function added(resource: string, object: KubernetesObject): ObjectChange {
  const { namespace = '', name = '', resourceVersion } = object.metadata;
  return { type: 'ADDED', revision: Number(resourceVersion), key: { resource, namespace, name }, object };
}

export type ChangeSource = ReturnType<typeof createChangeSource>;
