import type { ObjectKey } from '../../../shared/api/object.ts';
import type { ClientListQuery, ClusterClient } from '../../client.ts';
import type { Reader } from './controller.ts';

/**
 * Remembers what it has read, for the span of one batch of changes: a thousand new Pods ask for the Services of their
 * namespace once. What changes meanwhile is itself a change and will be mapped in its turn.
 */
export function createBatchReader(client: ClusterClient): Reader {
  const answers = new Map<string, Promise<unknown>>();
  const remember = <T>(question: unknown, ask: () => Promise<T>): Promise<T> => {
    const id = JSON.stringify(question);
    const known = answers.get(id) as Promise<T> | undefined;
    if (known) return known;
    const answer = ask();
    answers.set(id, answer);
    return answer;
  };
  return {
    get: <T>(key: ObjectKey) => remember(['get', key], () => client.get(key)) as Promise<T>,
    list: <T>(query: ClientListQuery) =>
      remember(['list', query], () => client.list(query)) as Promise<{ items: T[]; revision: number }>,
  };
}
