import type { KubernetesObject, ObjectKey } from '../../../shared/api/object.ts';
import type { StoreTransaction } from '../../store/store.ts';
import { parseStored } from './encoding.ts';

/**
 * What admission and strategies have read in a transaction. The writes of a batch mostly ask for the same few objects,
 * their Namespace first of all; nothing outlives the transaction, so that none of this can be stale or come from one
 * that was undone.
 */
const reads = new WeakMap<StoreTransaction, Map<string, KubernetesObject | undefined>>();
const lists = new WeakMap<StoreTransaction, Map<string, readonly KubernetesObject[]>>();

/** The object as this transaction sees it. Shared with other readers: not to be changed. */
export function readObject(tx: StoreTransaction, key: ObjectKey): KubernetesObject | undefined {
  const known = reads.get(tx) ?? new Map<string, KubernetesObject | undefined>();
  reads.set(tx, known);
  const id = identify(key);
  if (known.has(id)) return known.get(id);
  const stored = tx.get(key);
  const object = stored && parseStored(stored);
  known.set(id, object);
  return object;
}

/** All objects of a resource, or those in a namespace, as this transaction sees them, by name. Shared, not to be changed. */
export function listObjects(
  tx: StoreTransaction,
  resource: string,
  namespace?: string,
  limit?: number,
): readonly KubernetesObject[] {
  if (limit !== undefined) return tx.list({ resource, namespace, limit }).items.map((stored) => parseStored(stored));
  const known = lists.get(tx) ?? new Map<string, readonly KubernetesObject[]>();
  lists.set(tx, known);
  const id = listId(resource, namespace);
  const objects = known.get(id) ?? tx.list({ resource, namespace }).items.map((stored) => parseStored(stored));
  known.set(id, objects);
  return objects;
}

/** To be called before every write of this object. */
export function forgetObject(tx: StoreTransaction, key: ObjectKey): void {
  reads.get(tx)?.delete(identify(key));
  lists.get(tx)?.delete(listId(key.resource));
  lists.get(tx)?.delete(listId(key.resource, key.namespace));
}

function identify({ resource, namespace, name }: ObjectKey): string {
  return `${resource}/${namespace}/${name}`;
}

function listId(resource: string, namespace = ''): string {
  return `${resource}/${namespace}`;
}
