import { hasReason } from '../../shared/api/errors.ts';
import type { KubernetesObject, ObjectKey } from '../../shared/api/object.ts';
import { type KindDefinition, resourceName } from '../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import type { Store } from '../store/store.ts';

export interface ReferenceIndexDeps {
  store: Pick<Store, 'list' | 'changes' | 'revision'>;
  kinds: KindRegistry;
}

/** Objects read at a time, so that a large cluster is never in memory as a whole. */
const pageSize = 500;
/** With more changes than this to follow it is quicker to begin anew. */
const maxChanges = 2000;

/**
 * Which nodes have bound objects that refer to another (Pods with their ConfigMaps and Secrets). Without it each write of
 * a ConfigMap would have to read every Pod of its namespace.
 *
 * Level-triggered: nothing is kept up while nobody asks. A question follows the log from where the last one left off, or
 * reads everything anew, as the first one does.
 */
export class ReferenceIndex {
  readonly #store: ReferenceIndexDeps['store'];
  readonly #kinds: ReadonlyMap<string, KindDefinition>;
  /** What each bound object refers to, by the object. */
  readonly #holders = new Map<string, { node: string; references: readonly string[] }>();
  /** How many objects of a node refer to something, by what they refer to and by node. */
  readonly #nodes = new Map<string, Map<string, number>>();
  #revision: number | undefined;

  constructor({ store, kinds }: ReferenceIndexDeps) {
    this.#store = store;
    const binding = kinds.all().filter(({ nodes }) => nodes?.audience === 'bound' && nodes.references);
    this.#kinds = new Map(binding.map((kind) => [resourceName(kind), kind]));
  }

  /** Names of the nodes, as of the store's present revision. */
  nodesReferring(key: ObjectKey): string[] {
    if (!this.#follow()) this.#rebuild();
    return [...(this.#nodes.get(identify(key))?.keys() ?? [])];
  }

  /** False when the log does not lead from here to the present, or only by a detour. */
  #follow(): boolean {
    if (this.#revision === undefined) return false;
    const resources = [...this.#kinds.keys()];
    let seen = 0;
    try {
      while (this.#revision < this.#store.revision) {
        const page = this.#store.changes({ after: this.#revision, resources });
        seen += page.changes.length;
        if (seen > maxChanges) return false;
        for (const { type, key, json } of page.changes) this.#put(key, type === 'DELETED' ? undefined : json);
        this.#revision = page.revision;
      }
      return true;
    } catch (error) {
      if (hasReason(error, 'Expired')) return false;
      throw error;
    }
  }

  #rebuild(): void {
    this.#holders.clear();
    this.#nodes.clear();
    for (const resource of this.#kinds.keys()) {
      let after: { namespace: string; name: string } | undefined;
      do {
        const page = this.#store.list({ resource, limit: pageSize, ...(after ? { after } : {}) });
        for (const { key, json } of page.items) this.#put(key, json);
        after = page.next;
      } while (after);
    }
    this.#revision = this.#store.revision;
  }

  /** Takes over one state of an object; undefined when it is gone. */
  #put(key: ObjectKey, json: string | undefined): void {
    const id = identify(key);
    const before = this.#holders.get(id);
    this.#holders.delete(id);
    for (const reference of before?.references ?? []) this.#count(reference, before?.node ?? '', -1);
    const rules = this.#kinds.get(key.resource)?.nodes;
    const object = json === undefined ? undefined : (JSON.parse(json) as KubernetesObject);
    const node = object && rules?.nodeName?.(object);
    if (!object || !node) return;
    const references = (rules?.references?.(object) ?? []).map(identify);
    if (references.length === 0) return;
    this.#holders.set(id, { node, references });
    for (const reference of references) this.#count(reference, node, 1);
  }

  #count(reference: string, node: string, difference: 1 | -1): void {
    const counts = this.#nodes.get(reference) ?? new Map<string, number>();
    this.#nodes.set(reference, counts);
    const count = (counts.get(node) ?? 0) + difference;
    if (count > 0) counts.set(node, count);
    else counts.delete(node);
    if (counts.size === 0) this.#nodes.delete(reference);
  }
}

function identify({ resource, namespace, name }: ObjectKey): string {
  return `${resource}/${namespace}/${name}`;
}
