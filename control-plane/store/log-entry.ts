import type { ObjectKey } from '../../shared/api/object.ts';
import type { ValueCodec } from './codec.ts';
import type { Change } from './store.ts';

/** What the row of an object said before a change: what a list at an older revision selects by. */
export interface FormerRow {
  uid: string;
  revision: number;
  /** JSON text of the labels. */
  labels: string;
  nodeName?: string;
  owners?: readonly string[];
}

/** A change as the log keeps it. `former` is there whenever `previous` is. */
export interface LoggedChange extends Change {
  former?: FormerRow;
}

/** Head of one change in a log body; the lengths are of the encoded values that follow the heads, in UTF-16 units. */
interface Head {
  r: number;
  t: 'A' | 'M' | 'D';
  k: [resource: string, namespace: string, name: string];
  n: number;
  /** Former row: uid, revision, labels, length of the value, node name, owners. */
  f?: [
    uid: string,
    revision: number,
    labels: string,
    length: number,
    nodeName: string | null,
    owners?: readonly string[],
  ];
}

const types = { A: 'ADDED', M: 'MODIFIED', D: 'DELETED' } as const;
const letters = { ADDED: 'A', MODIFIED: 'M', DELETED: 'D' } as const;

/**
 * Text of a log entry: a line of JSON with the heads of its changes, then their values, one after the other. Values are
 * not JSON strings inside JSON, because escaping and unescaping them would cost more than everything else here.
 */
export function encodeEntry(changes: readonly LoggedChange[], codec: ValueCodec): string {
  const values: string[] = [];
  const keep = (key: ObjectKey, json: string) => {
    const value = codec.encode(key, json);
    values.push(value);
    return value.length;
  };
  const heads = changes.map((change): Head => {
    const { resource, namespace, name } = change.key;
    const head: Head = {
      r: change.revision,
      t: letters[change.type],
      k: [resource, namespace, name],
      n: keep(change.key, change.json),
    };
    const { former } = change;
    if (former) {
      const length = keep(change.key, change.previous ?? '');
      head.f = [former.uid, former.revision, former.labels, length, former.nodeName ?? null];
      if (former.owners?.length) head.f.push(former.owners);
    }
    return head;
  });
  return `${JSON.stringify(heads)}\n${values.join('')}`;
}

/** The changes of an entry that `wanted` keeps; only their values are decoded. */
export function decodeEntry(
  body: string,
  at: number,
  codec: ValueCodec,
  wanted: (revision: number, resource: string) => boolean,
): LoggedChange[] {
  const end = body.indexOf('\n');
  const heads = JSON.parse(body.slice(0, end)) as Head[];
  let position = end + 1;
  const take = (length: number) => {
    position += length;
    return body.slice(position - length, position);
  };
  const changes: LoggedChange[] = [];
  for (const head of heads) {
    const value = take(head.n);
    const formerValue = head.f ? take(head.f[3]) : undefined;
    const [resource, namespace, name] = head.k;
    if (!wanted(head.r, resource)) continue;
    const key: ObjectKey = { resource, namespace, name };
    const change: LoggedChange = { revision: head.r, at, type: types[head.t], key, json: codec.decode(key, value) };
    if (head.f && formerValue !== undefined) {
      const [uid, revision, labels, , nodeName, owners] = head.f;
      change.previous = codec.decode(key, formerValue);
      change.former = {
        uid,
        revision,
        labels,
        ...(nodeName === null ? {} : { nodeName }),
        ...(owners ? { owners } : {}),
      };
    }
    changes.push(change);
  }
  return changes;
}

/** Cuts a text into parts of at most `size` UTF-16 units, never inside a surrogate pair. */
export function splitText(text: string, size: number): string[] {
  if (text.length <= size) return [text];
  const parts: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + size, text.length);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) end--;
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}
