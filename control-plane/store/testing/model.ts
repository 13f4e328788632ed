import type { ObjectKey } from '../../../shared/api/object.ts';
import type { Change, PutInput, StoredObject, StoreListQuery } from '../store.ts';

interface Entry extends PutInput {
  revision: number;
}

/**
 * The store as one would write it without a database: every state that there ever was, kept whole. What the real one
 * answers is compared with this.
 */
export class ModelStore {
  revision = 0;
  readonly changes: Omit<Change, 'at'>[] = [];
  #states: ReadonlyMap<string, Entry>[] = [new Map()];

  put(input: PutInput): void {
    const before = this.#current.get(id(input.key));
    const state = new Map(this.#current).set(id(input.key), { ...input, revision: this.revision + 1 });
    this.#advance(state, {
      type: before ? 'MODIFIED' : 'ADDED',
      key: input.key,
      json: input.json,
      ...(before ? { previous: before.json } : {}),
    });
  }

  delete(key: ObjectKey, json: string): void {
    const state = new Map(this.#current);
    const before = state.get(id(key));
    state.delete(id(key));
    this.#advance(state, { type: 'DELETED', key, json, previous: before?.json });
  }

  has(key: ObjectKey): boolean {
    return this.#current.has(id(key));
  }

  claimant(claim: string): ObjectKey | undefined {
    return [...this.#current.values()].find((entry) => entry.claims.includes(claim))?.key;
  }

  owned(owner: string): ObjectKey[] {
    const owned = [...this.#current.values()].filter((entry) => entry.owners.includes(owner));
    return owned.map(({ key }) => key).sort((a, b) => (id(a) < id(b) ? -1 : 1));
  }

  list(query: StoreListQuery): StoredObject[] {
    const state = this.#states[query.atRevision ?? this.revision]!;
    return [...state.values()]
      .filter((entry) => isSelected(entry, query))
      .sort((a, b) => (id(a.key) < id(b.key) ? -1 : 1))
      .map(({ key, uid, revision, json }) => ({ key, uid, revision, json }));
  }

  get #current(): ReadonlyMap<string, Entry> {
    return this.#states[this.revision]!;
  }

  #advance(state: ReadonlyMap<string, Entry>, change: Omit<Change, 'at' | 'revision'>): void {
    this.revision++;
    this.#states.push(state);
    this.changes.push({ revision: this.revision, ...change });
  }
}

function isSelected({ key, labels, nodeName, owners }: Entry, query: StoreListQuery): boolean {
  return (
    key.resource === query.resource &&
    (query.namespace === undefined || key.namespace === query.namespace) &&
    (query.nodeName === undefined || nodeName === query.nodeName) &&
    (query.owner === undefined || owners.includes(query.owner)) &&
    (!query.labels || query.labels(labels))
  );
}

/** Sorts by namespace, then name: `\0` is below every character of a name. */
function id({ resource, namespace, name }: ObjectKey): string {
  return [resource, namespace, name].join('\0');
}
