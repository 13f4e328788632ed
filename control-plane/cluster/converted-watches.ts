import { unknownResource } from '../../shared/api/errors.ts';
import type { KindDefinition } from '../../shared/kinds/define-kind.ts';
import { convertedPage } from '../apiserver/conversion/list.ts';
import { presentAll } from '../apiserver/conversion/read.ts';
import type { Conversions } from '../apiserver/conversion/review.ts';
import type { ListRequest, Registry } from '../apiserver/registry/registry.ts';
import type { StoredObject, StoreReader } from '../store/store.ts';
import type { OutsideForms } from '../watch/outside.ts';
import { type StatePart, type WatchAttachment, type WatchedObject, watchedObject } from '../watch/watcher.ts';
import { recentTexts } from './recent-texts.ts';

export interface ConvertedWatchesDeps {
  reader: StoreReader;
  registry: Pick<Registry, 'list' | 'listParts'>;
  conversions: Conversions;
  kindOf(attachment: Pick<WatchAttachment, 'resource' | 'format'>): KindDefinition | undefined;
  /** The part of the state that a watch has not had, as a list, and what that list is as events. */
  stateRequest(kind: KindDefinition, attachment: Readonly<WatchAttachment>): ListRequest;
  stateEvents(kind: KindDefinition, attachment: Readonly<WatchAttachment>, page: StatePage): StatePart;
}

export interface StatePage {
  items: StoredObject[];
  metadata: { continue?: string };
}

/** Converted states that are kept for the next watch that asks, in UTF-16 units. */
const rememberedUnits = 4 * 1024 * 1024;

/**
 * The events of watches of custom resources that a webhook converts. Objects that are stored in the version that is
 * watched are no questions; an answer is asked for once for all watches that want it at about the same time.
 */
export function convertedWatches(deps: ConvertedWatchesDeps): OutsideForms {
  const remembered = recentTexts(rememberedUnits);
  // Nobody waits for a single answer: whoever goes away leaves it to the others.
  const { signal } = new AbortController();

  return {
    formOf(attachment) {
      const { resource, format } = attachment;
      return deps.kindOf(attachment)?.custom?.webhook ? `${resource} ${format}` : undefined;
    },
    async convert(attachment, states) {
      const kind = deps.kindOf(attachment);
      if (!kind) throw unknownResource();
      const { fingerprint } = kind.custom!;
      const ids = states.map((state) => `${fingerprint} ${attachment.format} ${identify(state)}`);
      const known = ids.map((id) => remembered.get(id));
      const missing = states.flatMap((state, index) =>
        known[index] === undefined ? [{ state, id: ids[index]! }] : [],
      );
      const shown = await presentAll(
        deps.conversions,
        kind,
        missing.map(({ state }) => storedObject(state)),
        signal,
      );
      const answers = new Map(missing.map(({ id }, index) => [id, shown[index]!.json]));
      for (const [id, json] of answers) remembered.keep(id, json);
      return states.map(({ key }, index) => watchedObject(key, known[index] ?? answers.get(ids[index]!)!));
    },
    async readState(attachment) {
      const kind = deps.kindOf(attachment);
      if (!kind) throw unknownResource();
      const page = await convertedPage(deps, deps.stateRequest(kind, attachment), signal);
      return deps.stateEvents(kind, attachment, page);
    },
  };
}

/** A state of an object has a revision that no other state of it has. */
function identify({ key, parsed }: WatchedObject): string {
  return `${key.namespace}/${key.name} ${parsed().metadata.uid} ${parsed().metadata.resourceVersion}`;
}

function storedObject({ key, json, parsed }: WatchedObject): StoredObject {
  return { key, json, uid: parsed().metadata.uid ?? '', revision: Number(parsed().metadata.resourceVersion) };
}
