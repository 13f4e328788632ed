import type { ObjectKey } from '../../../shared/api/object.ts';
import type { Change, Store, StoredObject, StorePage } from '../../store/store.ts';

/** A store of what another object has said, in memory. */
export interface Mirror extends Pick<Store, 'get' | 'list' | 'onCommit' | 'isWriting'> {
  /** Whether this resource is here at all. */
  has(resource: string): boolean;
  /** From now on these are all that there is. */
  replace(objects: readonly StoredObject[]): void;
}

export function createMirror(): Mirror {
  let byResource = new Map<string, StoredObject[]>();
  const listeners: ((changes: readonly Change[]) => void)[] = [];
  const get = (key: ObjectKey) =>
    byResource.get(key.resource)?.find(({ key: own }) => own.name === key.name && own.namespace === key.namespace);
  return {
    isWriting: false,
    has: (resource) => byResource.has(resource),
    get,
    list({ resource, namespace, limit }): StorePage {
      const all = byResource.get(resource) ?? [];
      const items = namespace ? all.filter(({ key }) => key.namespace === namespace) : all;
      return { items: limit === undefined ? items : items.slice(0, limit), revision: 0 };
    },
    onCommit: (listener) => void listeners.push(listener),
    replace(objects) {
      const before = byResource;
      byResource = Map.groupBy(objects, ({ key }) => key.resource);
      const changes = differences(before, byResource);
      if (changes.length > 0) for (const listener of listeners) listener(changes);
    },
  };
}

function differences(before: Map<string, StoredObject[]>, after: Map<string, StoredObject[]>): Change[] {
  const idOf = ({ key }: StoredObject) => `${key.resource}/${key.namespace}/${key.name}`;
  const old = new Map([...before.values()].flat().map((one) => [idOf(one), one]));
  const changes: Change[] = [];
  for (const one of [...after.values()].flat()) {
    const previous = old.get(idOf(one));
    old.delete(idOf(one));
    if (previous?.json === one.json) continue;
    const rest = previous ? { type: 'MODIFIED' as const, previous: previous.json } : { type: 'ADDED' as const };
    changes.push({ key: one.key, revision: one.revision, at: 0, json: one.json, ...rest });
  }
  for (const gone of old.values()) {
    changes.push({ key: gone.key, revision: gone.revision, at: 0, type: 'DELETED', json: gone.json });
  }
  return changes;
}
