import type { Change } from '../store/store.ts';
import { type WatchAttachment, type WatchEventType, type WatchedObject, watchedObject } from './watcher.ts';

/** Says whether an object passes a watch's selectors. Namespace and name have been looked at already. */
export type Matcher = (object: WatchedObject) => boolean;
/** One line of JSON, without its end. */
export type EventEncoder = (type: WatchEventType, object: WatchedObject, format: string) => string;

/** A change with its states as they are shared by all who look at it. */
export interface SharedChange {
  readonly change: Change;
  /** The state after; for a deletion the last state. */
  readonly object: WatchedObject;
  readonly previous?: WatchedObject;
  /** The state before, at the revision of the change: what those see whose selection it leaves. */
  gone(): WatchedObject;
  encoded(type: WatchEventType, format: string, encode: EventEncoder): string;
}

/** Its states before and after. */
type States = Pick<SharedChange, 'object' | 'previous'>;

export function sharedChange(change: Change, states = statesOf(change)): SharedChange {
  const { object, previous: before } = states;
  const encodings = new Map<string, string>();
  let gone: WatchedObject | undefined;
  const shared: SharedChange = {
    change,
    object,
    ...(before ? { previous: before } : {}),
    gone: () => {
      gone ??= change.type === 'DELETED' || !before ? object : atRevision(before, change.revision);
      return gone;
    },
    encoded: (type, format, encode) => {
      const id = `${type} ${format}`;
      let text = encodings.get(id);
      if (text === undefined) {
        text = encode(type, type === 'DELETED' ? shared.gone() : object, format);
        encodings.set(id, text);
      }
      return text;
    },
  };
  return shared;
}

function statesOf({ key, json, previous }: Change): States {
  const object = watchedObject(key, json);
  return previous === undefined ? { object } : { object, previous: watchedObject(key, previous) };
}

function atRevision(object: WatchedObject, revision: number): WatchedObject {
  const value = object.parsed();
  const moved = { ...value, metadata: { ...value.metadata, resourceVersion: String(revision) } };
  return watchedObject(object.key, JSON.stringify(moved));
}

/** The watches that see the same events: same resource, scope, selectors and format. */
export class Audience<Member> {
  readonly members = new Set<Member>();
  readonly #filter: Readonly<WatchAttachment>;
  readonly #matches: Matcher;

  constructor(filter: Readonly<WatchAttachment>, matches: Matcher) {
    this.#filter = filter;
    this.#matches = matches;
  }

  /** Equal for watches that see the same. */
  static id({ resource, namespace, name, labelSelector, fieldSelector, format }: WatchAttachment): string {
    return JSON.stringify([
      resource,
      namespace ?? null,
      name ?? null,
      labelSelector ?? '',
      fieldSelector ?? '',
      format,
    ]);
  }

  /** The event that a change is to this audience, encoded; undefined when it is none. */
  event(shared: SharedChange, encode: EventEncoder): string | undefined {
    const type = this.#typeOf(shared);
    return type && shared.encoded(type, this.#filter.format, encode);
  }

  /** What all of it wants. */
  get filter(): Readonly<WatchAttachment> {
    return this.#filter;
  }

  /** True where objects are chosen by what is in them. */
  get isSelective(): boolean {
    const { name, labelSelector, fieldSelector } = this.#filter;
    return Boolean(labelSelector) || (Boolean(fieldSelector) && fieldSelector !== `metadata.name=${name}`);
  }

  /** False where a change is none to this audience whatever the object is like. */
  concerns({ key }: Change): boolean {
    const { resource, namespace, name } = this.#filter;
    if (key.resource !== resource) return false;
    return (namespace === undefined || key.namespace === namespace) && (name === undefined || key.name === name);
  }

  /** An object that enters the selection is ADDED to it, one that leaves it is DELETED from it. */
  #typeOf({ change, object, previous }: SharedChange): WatchEventType | undefined {
    if (!this.concerns(change)) return undefined;
    const is = change.type !== 'DELETED' && this.#matches(object);
    const was = previous !== undefined && this.#matches(previous);
    if (is) return was ? 'MODIFIED' : 'ADDED';
    return was ? 'DELETED' : undefined;
  }
}
