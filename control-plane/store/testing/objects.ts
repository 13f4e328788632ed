import type { ObjectKey } from '../../../shared/api/object.ts';
import type { PutInput, StoreTransaction } from '../store.ts';

export function aKey(name: string, overrides: Partial<ObjectKey> = {}): ObjectKey {
  return { resource: 'pods', namespace: 'default', name, ...overrides };
}

export interface ObjectOptions extends Partial<Omit<PutInput, 'key' | 'json'>> {
  key?: Partial<ObjectKey>;
  /** Anything that makes this state of the object different from others. */
  content?: string;
}

/** What a registry would put: the text carries the labels and the revision. */
export function anObject(name: string, revision: number, options: ObjectOptions = {}): PutInput {
  const { key: overrides, content = '', labels = {}, ...rest } = options;
  const key = aKey(name, overrides);
  const { namespace } = key;
  const metadata = { name, namespace, resourceVersion: String(revision), labels };
  return {
    key,
    uid: `uid-${name}`,
    json: JSON.stringify({ metadata, content }),
    labels,
    owners: [],
    claims: [],
    ...rest,
  };
}

/** Puts an object at the transaction's next revision. */
export function putObject(tx: StoreTransaction, name: string, options: ObjectOptions = {}): PutInput {
  const input = anObject(name, tx.nextRevision, options);
  tx.put(input);
  return input;
}

/** The last state that a deletion leaves to watchers. */
export function lastState(name: string, revision: number): string {
  return JSON.stringify({ metadata: { name, resourceVersion: String(revision) } });
}

export function deleteObject(tx: StoreTransaction, name: string, key: Partial<ObjectKey> = {}): void {
  tx.delete(aKey(name, key), lastState(name, tx.nextRevision));
}
