import type { SqlDatabase } from './database.ts';
import type { LoggedChange } from './log-entry.ts';
import { run, sql } from './sql.ts';

/**
 * How many objects there are of a resource: counted when somebody first asks, which reads all of its rows, and kept up to
 * date by the commits from then on.
 */
export class ObjectCounts {
  readonly #database: SqlDatabase;
  readonly #byResource = new Map<string, Map<string, number>>();

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  /** Without a namespace: of all. */
  count(resource: string, namespace: string | undefined): number {
    const counts = this.#byResource.get(resource) ?? this.#load(resource);
    if (namespace !== undefined) return counts.get(namespace) ?? 0;
    return [...counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Takes over what has been committed. */
  add(changes: readonly LoggedChange[]): void {
    for (const { type, key } of changes) {
      const counts = this.#byResource.get(key.resource);
      if (!counts || type === 'MODIFIED') continue;
      const count = (counts.get(key.namespace) ?? 0) + (type === 'ADDED' ? 1 : -1);
      if (count > 0) counts.set(key.namespace, count);
      else counts.delete(key.namespace);
    }
  }

  #load(resource: string): Map<string, number> {
    const counts = new Map(
      run(this.#database, sql.countByNamespace, resource).map((row) => [row.namespace, row.count]),
    );
    this.#byResource.set(resource, counts);
    return counts;
  }
}
