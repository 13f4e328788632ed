import type { Extension } from './cluster-core.ts';
import type { RequestAccess } from './request-access.ts';
import { methodNotAllowed } from './resource-handler.ts';

/** What an object has read and written since it was last loaded, in the units of the platform's bill. */
export interface StorageCounters {
  rowsRead: number;
  /** By SQL statements; index entries count. */
  rowsWritten: number;
  /** Entries of the key-value storage; a row each. */
  keyValueWrites: number;
  /** A row each. */
  alarmsSet: number;
}

const path = '/fairlead/v1/debug/counters';

/** `GET /fairlead/v1/debug/counters`: what this cluster costs, for administrators. Its shards are not counted in. */
export function countersExtension(deps: { access: RequestAccess; counters(): StorageCounters }): Extension {
  return async (request, requested) => {
    if (requested !== path) return undefined;
    await deps.access.admit(request, { verb: request.method.toLowerCase(), path });
    if (request.method !== 'GET') throw methodNotAllowed();
    return Response.json(deps.counters());
  };
}
