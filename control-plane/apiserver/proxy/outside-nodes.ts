import type { Node } from '../../../shared/api/object.ts';
import { nodeFeatures } from '../../../shared/protocol/messages.ts';
import type { Store } from '../../store/store.ts';

const resource = 'nodes';

/**
 * Names of the nodes that can call somebody outside of the cluster now: ready ones that say they can (protocol rule P18).
 * All Nodes are read when it is asked for first, and from then on those that have changed.
 */
export function createOutsideNodes(store: Pick<Store, 'get' | 'list' | 'onCommit'>): () => readonly string[] {
  let able: Set<string> | undefined;
  const changed = new Set<string>();
  store.onCommit((changes) => {
    if (!able) return;
    for (const { key } of changes) if (key.resource === resource) changed.add(key.name);
  });
  return () => {
    if (!able)
      able = new Set(store.list({ resource }).items.flatMap(({ key, json }) => (canCall(json) ? key.name : [])));
    for (const name of changed) {
      const node = store.get({ resource, namespace: '', name });
      if (node && canCall(node.json)) able.add(name);
      else able.delete(name);
    }
    changed.clear();
    return [...able];
  };
}

function canCall(json: string): boolean {
  const { status } = JSON.parse(json) as Node;
  const isReady = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
  return Boolean(isReady && status?.declaredFeatures?.includes(nodeFeatures.outsideCalls));
}
