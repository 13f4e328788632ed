import type { KubernetesObject, ObjectMeta, Status } from '../../../shared/api/object.ts';
import { apiVersionOf, type KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { StoredObject } from '../../store/store.ts';
import type { ListOutcome } from './registry.ts';

/**
 * The text of an object, in the store and on the wire. Stored text is what a single read answers with: a complete
 * object that starts with exactly `{"kind":"Pod","apiVersion":"v1",`. Watches, nodes and single reads pass it on as it
 * is; a list, whose items leave these two fields out, cuts the known prefix off. Nothing is parsed on the way out.
 */

const prefixes = new WeakMap<KindDefinition, string>();

/** How every stored object of a kind begins. */
export function typeMetaPrefix(kind: KindDefinition): string {
  let prefix = prefixes.get(kind);
  if (prefix === undefined) {
    prefix = `{"kind":${JSON.stringify(kind.kind)},"apiVersion":${JSON.stringify(apiVersionOf(kind))},`;
    prefixes.set(kind, prefix);
  }
  return prefix;
}

/** Text of an object: its type first, whatever type fields it carries itself, then its metadata in canonical order. */
export function encodeObject(kind: KindDefinition, object: KubernetesObject): string {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  return typeMetaPrefix(kind) + JSON.stringify({ metadata: orderedMeta(metadata), ...rest }).slice(1);
}

/**
 * The text of an object at another revision, without encoding it again: what comes before its revision are names, in
 * which a quotation mark is not one.
 */
export function moveRevision(json: string | undefined, before: string | undefined, after: string): string | undefined {
  if (json === undefined || !before) return undefined;
  const field = (revision: string) => `"resourceVersion":${JSON.stringify(revision)}`;
  const at = json.indexOf(field(before));
  return at < 0 ? undefined : json.slice(0, at) + field(after) + json.slice(at + field(before).length);
}

const metaOrder = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const satisfies readonly (keyof ObjectMeta)[];

/** The fields of metadata in the order in which Kubernetes writes them, without what is empty. */
function orderedMeta(meta: ObjectMeta): ObjectMeta {
  const ordered: Record<string, unknown> = {};
  for (const key of metaOrder) {
    const value = meta[key];
    if (!isEmpty(value)) ordered[key] = value;
  }
  return ordered as ObjectMeta;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (typeof value !== 'object') return false;
  for (const _key in value) return false;
  return true;
}

/** Text of an object as an item of a list: without its type, which custom resources keep. */
export function itemText(kind: KindDefinition, json: string): string {
  if (kind.custom) return json;
  const prefix = typeMetaPrefix(kind);
  return json.startsWith(prefix) ? `{${json.slice(prefix.length)}` : json;
}

export function parseStored<T extends KubernetesObject>(stored: StoredObject): T {
  return JSON.parse(stored.json) as T;
}

/** The whole `PodList` (or other list) as text. */
export function encodeList({ kind, items, metadata }: ListOutcome): string {
  const head = JSON.stringify({ kind: listKindOf(kind), apiVersion: apiVersionOf(kind), metadata });
  return `${head.slice(0, -1)},"items":[${items.map(({ json }) => itemText(kind, json)).join(',')}]}`;
}

/** `PodList`; custom resources may call theirs as they like. */
export function listKindOf(kind: KindDefinition): string {
  return kind.custom?.listKind ?? `${kind.kind}List`;
}

/** `Status` of a completed deletion. */
export function encodeSuccess(details?: Status['details']): string {
  return JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    ...(details ? { details } : {}),
  });
}
