import type { Node } from '../../../shared/api/object.ts';
import { nodeFeatures } from '../../../shared/protocol/messages.ts';
import type { Store } from '../../store/store.ts';

const resource = 'nodes';
/**
 * A node that calls for the cluster reads what is sent and could answer in the server's place. With this label
 * administrators say which ones they trust with that; its domain is one in which no node may label itself.
 */
const trustedLabel = 'node-restriction.kubernetes.io/outside-calls';

interface Fitness {
  isTrusted: boolean;
  /** Ready, and says that it can (protocol rule P18). */
  isAble: boolean;
}

/**
 * Names of the nodes that call somebody outside of the cluster: those that can now, and once any is labelled only such as
 * are. All Nodes are read when it is asked for first, and from then on those that have changed.
 */
export function createOutsideNodes(store: Pick<Store, 'get' | 'list' | 'onCommit'>): () => readonly string[] {
  let known: Map<string, Fitness> | undefined;
  const changed = new Set<string>();
  store.onCommit((changes) => {
    if (!known) return;
    for (const { key } of changes) if (key.resource === resource) changed.add(key.name);
  });
  return () => {
    known ??= new Map(store.list({ resource }).items.map(({ key, json }) => [key.name, fitnessOf(json)]));
    for (const name of changed) {
      const node = store.get({ resource, namespace: '', name });
      if (node) known.set(name, fitnessOf(node.json));
      else known.delete(name);
    }
    changed.clear();
    return chosen(known);
  };
}

function chosen(nodes: ReadonlyMap<string, Fitness>): string[] {
  const onlyTrusted = nodes.values().some(({ isTrusted }) => isTrusted);
  return [...nodes].flatMap(([name, { isTrusted, isAble }]) => (isAble && (isTrusted || !onlyTrusted) ? name : []));
}

function fitnessOf(json: string): Fitness {
  const { metadata, status } = JSON.parse(json) as Node;
  const isReady = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
  return {
    isTrusted: metadata.labels?.[trustedLabel] === 'true',
    isAble: isReady && (status?.declaredFeatures?.includes(nodeFeatures.outsideCalls) ?? false),
  };
}
