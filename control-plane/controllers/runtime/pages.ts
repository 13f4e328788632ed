import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { ClientListQuery, ClusterClient, ListPosition } from '../../client.ts';

/** Objects that are looked at, or written, together. */
export const pageSize = 500;

/**
 * A list in pages, each as it is when it is read: for those who look at each object, of which there may be more than
 * fit into memory, and may delete it.
 */
export async function* pages<T extends KubernetesObject>(
  client: Pick<ClusterClient, 'list'>,
  query: Omit<ClientListQuery, 'limit' | 'after'>,
): AsyncGenerator<T[]> {
  let after: ListPosition | undefined;
  do {
    const { items, next } = await client.list<T>({ ...query, limit: pageSize, ...(after ? { after } : {}) });
    yield items;
    after = next && { namespace: next.namespace, name: next.name };
  } while (after);
}

/** Whether there is one among the objects of a list that meets the condition. */
export async function someOf<T extends KubernetesObject>(
  all: AsyncIterable<readonly T[]>,
  meets: (object: T) => boolean,
): Promise<boolean> {
  for await (const page of all) if (page.some(meets)) return true;
  return false;
}
