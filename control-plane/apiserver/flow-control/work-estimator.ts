import { resourceName } from '../../../shared/kinds/define-kind.ts';
import type { Store } from '../../store/store.ts';
import type { FlowRequest } from './flow-control.ts';

/** How many seats a request takes, by the work that it makes. */
export type WorkEstimator = (request: FlowRequest) => number;

const objectsPerSeat = 100;
/** More than a cluster has; names of resources that do not exist are asked for as well. */
const maxCounted = 1000;

/** A list takes a seat for each hundred objects that are looked at for it, everything else takes one. */
export function createWorkEstimator(store: Pick<Store, 'list' | 'onCommit'>): WorkEstimator {
  const countOf = createObjectCounts(store);
  return ({ attributes, query }) => {
    if (!('resource' in attributes) || attributes.name !== '' || !query || !reads(attributes.verb, query)) return 1;
    const { group, resource } = attributes;
    const stored = countOf(resourceName({ group, plural: resource }));
    const limit = Number(query.get('limit')) || stored;
    const isSelective = query.has('labelSelector') || query.has('fieldSelector');
    return Math.max(1, Math.ceil((isSelective ? stored : Math.min(limit, stored)) / objectsPerSeat));
  };
}

/** Whether objects are read: a watch begins with those that there are, unless it says where to go on. */
function reads(verb: string, query: URLSearchParams): boolean {
  if (verb !== 'watch') return verb === 'list';
  const version = query.get('resourceVersion') ?? '';
  return query.get('sendInitialEvents') === 'true' || version === '' || version === '0';
}

/** How many objects there are of a resource: counted when it is asked for first, and then along with the commits. */
function createObjectCounts(store: Pick<Store, 'list' | 'onCommit'>): (resource: string) => number {
  const counts = new Map<string, number>();
  store.onCommit((changes) => {
    if (counts.size === 0) return;
    for (const { type, key } of changes) {
      const known = type === 'MODIFIED' ? undefined : counts.get(key.resource);
      if (known !== undefined) counts.set(key.resource, known + (type === 'ADDED' ? 1 : -1));
    }
  });
  return (resource) => {
    const known = counts.get(resource);
    if (known !== undefined) return known;
    const { items, remaining = 0 } = store.list({ resource, limit: 1 });
    if (counts.size >= maxCounted) counts.clear();
    counts.set(resource, items.length + remaining);
    return items.length + remaining;
  };
}
