import { parseFieldSelector } from '../../shared/api/selectors.ts';
import { apiVersionOf, type KindDefinition, resourceName } from '../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import type { Conversions } from '../apiserver/conversion/review.ts';
import { bookmark } from '../apiserver/http/bookmark.ts';
import type { WatchOpener, WatchTarget } from '../apiserver/http/verbs/watch.ts';
import { parseRevision } from '../apiserver/registry/list-options.ts';
import { objectMatcher } from '../apiserver/registry/object-matcher.ts';
import type { ListRequest, Registry } from '../apiserver/registry/registry.ts';
import { servedObject } from '../apiserver/registry/served-form.ts';
import type { Store } from '../store/store.ts';
import { WatchHub } from '../watch/hub.ts';
import {
  plainEvent,
  type StatePart,
  type WatchAttachment,
  type WatchedObject,
  watchedObject,
} from '../watch/watcher.ts';
import { convertedWatches, type StatePage } from './converted-watches.ts';

export interface WatchesDeps {
  store: Store;
  registry: Registry;
  kinds: KindRegistry;
  conversions: Conversions;
  /** Connects the hub with the sockets of the host; `open` answers with the client's end of a new one. */
  bind(hub: WatchHub): { open(attachment: WatchAttachment): Response };
  schedule(run: () => void, delayMs: number): void;
  log(message: string, fields: Record<string, unknown>): void;
}

export interface Watches extends WatchOpener {
  closeAll(reason: string): void;
}

/** What is read into memory at a time of the state that a watch begins with, in UTF-16 units. */
const stateUnits = 512 * 1024;

/** Objects as they are stored; anything else is the `apiVersion` of the form that they are to be sent in. */
const asStored = 'json';

/** The watches of one store: Kubernetes' rules of where a watch starts, over the hub that serves it. */
export function createWatches(deps: WatchesDeps): Watches {
  const { store, registry, kinds, conversions, log } = deps;
  const hub = new WatchHub({
    store,
    matcherFor: (attachment) => matcherFor(kinds, attachment),
    readState: (attachment) => readState(attachment),
    outside: convertedWatches({
      reader: store,
      registry,
      conversions,
      kindOf: (attachment) => kindOf(kinds, attachment),
      stateRequest,
      stateEvents,
    }),
    encode: (type, object, format) => plainEvent(type, inForm(kinds, object, format)),
    schedule: deps.schedule,
    onError: (error) => log('watch flush failed', { error: String(error) }),
  });
  const sockets = deps.bind(hub);

  function open(target: WatchTarget): Response {
    const { kind, namespace, options } = target;
    const name = parseFieldSelector(options.fieldSelector ?? '').exactValue('metadata.name');
    const attachment: WatchAttachment = {
      resource: resourceName(kind),
      ...(namespace ? { namespace } : {}),
      ...(name ? { name } : {}),
      ...(options.labelSelector ? { labelSelector: options.labelSelector } : {}),
      ...(options.fieldSelector ? { fieldSelector: options.fieldSelector } : {}),
      format: kind.servedForm || kind.custom ? apiVersionOf(kind) : asStored,
      ...startOf(target),
    };
    matcherFor(kinds, attachment); // malformed selectors are refused before there is a socket
    return sockets.open(attachment);
  }

  /** Where a watch begins: after a revision, or with the present state as synthetic ADDED events. */
  function startOf({ options }: WatchTarget): Pick<WatchAttachment, 'revision' | 'state'> {
    const asked = parseRevision(options.resourceVersion);
    const wantsState = options.sendInitialEvents ?? asked === 0;
    // One that is older than the log gets its ERROR event from the hub.
    if (!wantsState) return { revision: asked > 0 ? asked : store.revision };
    const marksEnd = options.sendInitialEvents === true && options.allowWatchBookmarks;
    return { revision: store.revision, state: { marksEnd } };
  }

  function readState(attachment: Readonly<WatchAttachment>): StatePart {
    const kind = kindOf(kinds, attachment);
    if (!kind) return { events: [] };
    return stateEvents(kind, attachment, registry.list(store, stateRequest(kind, attachment)));
  }

  /** The state comes as pages of a list, which stay on the revision of the first. */
  function stateRequest(kind: KindDefinition, attachment: Readonly<WatchAttachment>): ListRequest {
    const { state, revision, namespace = '', labelSelector, fieldSelector } = attachment;
    const moment = state?.next ? { continue: state.next } : atRevision(revision);
    return { kind, namespace, labelSelector, fieldSelector, ...moment, units: stateUnits };
  }

  function stateEvents(kind: KindDefinition, attachment: Readonly<WatchAttachment>, page: StatePage): StatePart {
    const events = page.items.map((item) => plainEvent('ADDED', watchedObject(item.key, item.json)));
    const next = page.metadata.continue;
    if (next !== undefined) return { events, next };
    const { state, revision } = attachment;
    if (state?.marksEnd) events.push(bookmark(kind, revision, { endsInitialEvents: true }));
    return { events };
  }

  /** The newest state is read as such, which may be a single object by its name. */
  function atRevision(revision: number): Partial<ListRequest> {
    if (revision === store.revision) return {};
    return { resourceVersion: String(revision), resourceVersionMatch: 'Exact' };
  }

  return { open, closeAll: (reason) => hub.closeAll(reason) };
}

/** What a watch is of: the stored kind, or the form of it that the watch asks for. */
function kindOf(kinds: KindRegistry, { resource, format }: Pick<WatchAttachment, 'resource' | 'format'>) {
  const stored = kinds.byResource(resource);
  return format === asStored || !stored ? stored : kinds.byKind(format, stored.kind);
}

function inForm(kinds: KindRegistry, object: WatchedObject, format: string): WatchedObject {
  if (format === asStored) return object;
  const kind = kindOf(kinds, { resource: object.key.resource, format });
  if (!kind) return object;
  const revision = Number(object.parsed().metadata.resourceVersion);
  return watchedObject(object.key, servedObject(kind, { ...object, uid: '', revision }).json);
}

/** Compiles the selectors of a watch. Throws BadRequest for those that cannot be read. */
function matcherFor(kinds: KindRegistry, attachment: Readonly<WatchAttachment>): (object: WatchedObject) => boolean {
  return objectMatcher(kindOf(kinds, attachment), attachment);
}
