import type { KubernetesObject, ObjectKey } from '../../shared/api/object.ts';

/**
 * All that a watch needs to be served: kept with its socket, where it survives hibernation of the object.
 * Serialised it must stay within a socket's 16 KB, see `assertAttachmentFits`.
 */
export interface WatchAttachment {
  /** As in storage keys: `pods`, `deployments.apps`. */
  resource: string;
  /** Absent: all namespaces. */
  namespace?: string;
  /** Absent: all names. */
  name?: string;
  /** Kubernetes syntax. */
  labelSelector?: string;
  fieldSelector?: string;
  /** What an event's object is turned into: `json`, `table`, ... Meaningful only to the injected encoder. */
  format: string;
  /** Everything up to this revision has been sent, but for what is left of `state`. */
  revision: number;
  /** The watch begins with the state at `revision`, and has not had all of it. */
  state?: PendingState;
}

export interface PendingState {
  /** Where the next part begins; absent: with the first object. Meaningful only to who reads the state. */
  next?: string;
  /** Its end is to be marked by a bookmark. */
  marksEnd: boolean;
}

/** A part of the state that a watch begins with. */
export interface StatePart {
  /** Encoded events; with the last part the bookmark that marks the end, if there is to be one. */
  events: string[];
  /** As in `PendingState`; absent: this was the last part. */
  next?: string;
}

/** One watch, as its host presents it. */
export interface Watcher {
  readonly attachment: Readonly<WatchAttachment>;
  /** Sends a frame (see frame.ts). May throw when the other end is gone. */
  send(text: string): void;
  /** Replaces the attachment; called with every frame, so it must be cheap and must not write to the store. */
  save(attachment: WatchAttachment): void;
  close(code: number, reason: string): void;
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One state of an object: its text, and its parsed form once someone has needed it. Shared, so never changed. */
export interface WatchedObject {
  readonly key: ObjectKey;
  readonly json: string;
  parsed(): KubernetesObject;
}

export function watchedObject(key: ObjectKey, json: string): WatchedObject {
  let value: KubernetesObject | undefined;
  return {
    key,
    json,
    parsed: () => {
      value ??= JSON.parse(json) as KubernetesObject;
      return value;
    },
  };
}

/** Close codes of a watch socket. */
export const watchClose = {
  /** The watch is over as intended; the client may start another from where it was. */
  done: 1000,
  /** The log no longer reaches back to the watch; an ERROR event has said so. */
  expired: 4410,
  /** Nobody makes the events that the watch asks for; an ERROR event has said why. */
  failed: 4500,
} as const;

const maxAttachmentBytes = 16_384;

/** Throws a RangeError when an attachment is larger than a socket can keep. */
export function assertAttachmentFits(attachment: WatchAttachment): void {
  const bytes = new TextEncoder().encode(JSON.stringify(attachment)).byteLength;
  // The platform's serialisation is about as long as JSON; the margin covers what it adds.
  if (bytes > maxAttachmentBytes - 512) throw new RangeError(`the watch takes ${bytes} bytes to remember, too many`);
}

/** The watch event of an object that is sent as it is stored. */
export function plainEvent(type: WatchEventType, object: WatchedObject): string {
  return `{"type":"${type}","object":${object.json}}`;
}
