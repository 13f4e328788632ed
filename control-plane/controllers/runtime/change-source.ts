import { hasReason } from '../../../shared/api/errors.ts';
import type { ClusterClient, ObjectChange } from '../../client.ts';
import type { Cursor } from './controller.ts';

/** What a pull found: changes since the last one, or everything anew because the log does not reach back to it. */
export interface Pulled {
  changes: ObjectChange[];
  /** The state was listed: `changes` has every object as ADDED, and what was known before is void. */
  relisted: boolean;
  /** There may be more. */
  more: boolean;
}

export interface ChangeSourceOptions {
  client: ClusterClient;
  /** Asked at each pull: kinds may be added at run time. */
  resources(): readonly string[];
  cursor: Cursor;
  /** About so many changes a pull. */
  limit?: number;
  /** A saved cursor, which costs a row, may lag by so many revisions: looked at again after a restart, in one pull. */
  saveEvery?: number;
}

/** Pulls the change feed from where the component stopped last time. */
export function createChangeSource(options: ChangeSourceOptions) {
  const { client, cursor, limit = 500, saveEvery = 500 } = options;
  let after: number | undefined;
  let saved: number | undefined;
  let before: number | undefined;
  let mustList = false;
  let opened = false;

  async function relist(): Promise<Pulled> {
    const resources = options.resources();
    const lists = await Promise.all(resources.map((resource) => client.list({ resource })));
    const changes = lists.flatMap(({ items }, index) =>
      items.map((object): ObjectChange => {
        const { namespace = '', name = '' } = object.metadata;
        const revision = Number(object.metadata.resourceVersion);
        return { type: 'ADDED', revision, key: { resource: resources[index]!, namespace, name }, object };
      }),
    );
    // The oldest of the lists: what a later one already had is seen twice, never missed.
    mustList = false;
    after = lists.reduce((oldest, { revision }) => Math.min(oldest, revision), Number.POSITIVE_INFINITY);
    return { changes, relisted: true, more: true };
  }

  /** The delays of an earlier process, the first time. */
  async function open(): Promise<Record<string, number>> {
    if (opened) return {};
    const progress = await cursor.load();
    opened = true;
    saved = progress?.revision;
    after = saved;
    return progress?.delays ?? {};
  }

  return {
    open,
    /** Throws whatever the client throws, except `Expired`, which makes it list. */
    async pull(): Promise<Pulled> {
      await open();
      before = after;
      if (after === undefined || mustList) return relist();
      try {
        const batch = await client.changes({ after, resources: options.resources(), limit });
        const more = batch.revision > after && batch.changes.length > 0;
        after = batch.revision;
        return { changes: batch.changes, relisted: false, more };
      } catch (error) {
        if (hasReason(error, 'Expired', 'Gone')) return relist();
        throw error;
      }
    },
    /** The last pull could not be dealt with: the next one brings it again. */
    rewind(): void {
      after = before;
    },
    /** Makes the next pull list everything. */
    restart(): void {
      mustList = true;
    },
    /** Called when all that was pulled has been dealt with; writes only when it is worth a row. */
    async settle(delays?: { changed: boolean; all: Record<string, number> }): Promise<void> {
      if (after === undefined) return;
      const isNear = saved !== undefined && after - saved < saveEvery;
      if (isNear && !delays?.changed) return;
      const revision = after;
      const kept = delays && Object.keys(delays.all).length > 0 ? { delays: delays.all } : {};
      await cursor.save({ revision, ...kept });
      saved = revision;
    },
  };
}

export type ChangeSource = ReturnType<typeof createChangeSource>;
