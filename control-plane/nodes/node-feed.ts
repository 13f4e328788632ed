import { hasReason } from '../../shared/api/errors.ts';
import type { KubernetesObject, ObjectKey } from '../../shared/api/object.ts';
import { type KindDefinition, resourceName } from '../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import type { Change, Store } from '../store/store.ts';
import { ReferenceIndex } from './reference-index.ts';

/** A change and the nodes that need it, ready to be put into a `delta`. */
export interface AddressedChange {
  revision: number;
  audience: 'all' | readonly string[];
  /** The change as JSON text: `{"type":...,"resource":...,"object":...}`. */
  text: string;
}

/** What brings one node up to date: the changes that it has missed, or everything anew as a `sync` message. */
export type CatchUp = { revision: number; changes: string[] } | { revision: number; sync: string };

/** What of a cluster goes to which node (protocol rule P7), derived from the kinds' declarations alone. */
export interface NodeFeed {
  /** Storage names of everything that any node may receive. */
  readonly resources: readonly string[];
  address(changes: readonly Change[]): AddressedChange[];
  /** All that the node needs now. */
  sync(node: string): { revision: number; sync: string };
  /** What the node has missed since `after`, where the log reaches back that far; else everything. */
  catchUp(node: string, after: number): CatchUp;
}

export interface NodeFeedDeps {
  store: Pick<Store, 'get' | 'list' | 'changes' | 'revision'>;
  kinds: KindRegistry;
}

/** A node that has missed more changes than this is better off with everything anew. */
const maxCatchUpChanges = 2000;

type ChangeType = Change['type'];

export function createNodeFeed({ store, kinds }: NodeFeedDeps): NodeFeed {
  const taking = kinds.all().filter((kind) => kind.nodes);
  const resources = taking.map(resourceName);
  const references = new ReferenceIndex({ store, kinds });

  function address(changes: readonly Change[]): AddressedChange[] {
    return changes.flatMap((change) => {
      const kind = kinds.byResource(change.key.resource);
      switch (kind?.nodes?.audience) {
        case 'all':
          return [addressed(change, 'all')];
        case 'bound':
          return addressBound(change, kind);
        case 'referenced': {
          const nodes = references.nodesReferring(change.key);
          return nodes.length > 0 ? [addressed(change, nodes)] : [];
        }
        default:
          return [];
      }
    });
  }

  /** The object to its node, after what it refers to if it is new there; its removal to the node that had it. */
  function addressBound(change: Change, kind: KindDefinition): AddressedChange[] {
    const object = JSON.parse(change.json) as KubernetesObject;
    const previous = change.previous === undefined ? undefined : (JSON.parse(change.previous) as KubernetesObject);
    const node = kind.nodes?.nodeName?.(object);
    const before = previous && kind.nodes?.nodeName?.(previous);
    if (change.type === 'DELETED') return node ? [addressed(change, [node])] : [];
    const list: AddressedChange[] = [];
    if (before && before !== node) list.push(addressed(change, [before], 'DELETED'));
    if (!node) return list;
    const isNew = before !== node;
    const known = isNew || !previous ? [] : (kind.nodes?.references?.(previous) ?? []);
    for (const key of kind.nodes?.references?.(object) ?? []) {
      if (known.some((one) => sameKey(one, key))) continue;
      const stored = store.get(key);
      if (stored) list.push(addressed({ ...stored, revision: change.revision, type: 'ADDED' }, [node]));
    }
    return [...list, addressed(change, [node], isNew ? 'ADDED' : 'MODIFIED')];
  }

  function sync(node: string): { revision: number; sync: string } {
    const objects = new Map(resources.map((resource) => [resource, new Map<string, string>()]));
    const include = ({ key, json }: { key: ObjectKey; json: string }) =>
      objects.get(key.resource)?.set(`${key.namespace}/${key.name}`, json);
    for (const kind of taking) {
      const resource = resourceName(kind);
      if (kind.nodes?.audience === 'all') store.list({ resource }).items.forEach(include);
      if (kind.nodes?.audience !== 'bound') continue;
      for (const stored of store.list({ resource, nodeName: node }).items) {
        include(stored);
        for (const key of kind.nodes.references?.(JSON.parse(stored.json) as KubernetesObject) ?? []) {
          const referenced = store.get(key);
          if (referenced) include(referenced);
        }
      }
    }
    const lists = [...objects].map(
      ([resource, items]) => `${JSON.stringify(resource)}:[${[...items.values()].join(',')}]`,
    );
    const { revision } = store;
    return { sync: `{"type":"sync","revision":${revision},"objects":{${lists.join(',')}}}`, revision };
  }

  function catchUp(node: string, after: number): CatchUp {
    if (after > store.revision) return sync(node);
    try {
      const texts: string[] = [];
      let revision = after;
      let seen = 0;
      while (revision < store.revision) {
        const page = store.changes({ after: revision, resources });
        seen += page.changes.length;
        if (seen > maxCatchUpChanges) return sync(node);
        texts.push(...textsFor(node, address(page.changes), after));
        if (page.revision <= revision) break;
        revision = page.revision;
      }
      return { revision, changes: texts };
    } catch (error) {
      if (hasReason(error, 'Expired')) return sync(node);
      throw error;
    }
  }

  return { resources, address, sync, catchUp };
}

/** The changes of a batch that one node needs and has not had. */
export function textsFor(node: string, changes: readonly AddressedChange[], after: number): string[] {
  return changes
    .filter(({ revision, audience }) => revision > after && (audience === 'all' || audience.includes(node)))
    .map(({ text }) => text);
}

/** A `delta` message out of changes that are JSON text already. */
export function deltaText({
  from,
  revision,
  texts,
}: {
  from: number;
  revision: number;
  texts: readonly string[];
}): string {
  return `{"type":"delta","from":${from},"revision":${revision},"changes":[${texts.join(',')}]}`;
}

function addressed(
  change: { key: ObjectKey; json: string; revision: number; type: ChangeType },
  audience: AddressedChange['audience'],
  type = change.type,
): AddressedChange {
  const { key, json, revision } = change;
  const text = `{"type":"${type}","resource":${JSON.stringify(key.resource)},"object":${json}}`;
  return { revision, audience, text };
}

function sameKey(a: ObjectKey, b: ObjectKey): boolean {
  return a.resource === b.resource && a.namespace === b.namespace && a.name === b.name;
}
