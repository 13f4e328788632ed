import { randomBytes } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inject, it } from 'vitest';
import { type Row, rowKey, rows, rowTitle } from '../rows.ts';
import { type ApiClient, createClient } from './client.ts';
import { kinds } from './kinds.ts';
import { type Kind, type ResourceClient, resourceClient, type Served } from './resource.ts';
import type { ServerAccess } from './server.ts';
import { eventually } from './wait.ts';
import type { Watch } from './watch.ts';

/** What a row's test works with. */
export interface Conformance {
  server: ServerAccess;
  /** The administrator. */
  api: ApiClient;
  /** Made for this test, and deleted after it. */
  namespace: string;
  /** A name that no other test uses, for what has no namespace. */
  unique(prefix: string): string;
  /** A resource: in the test's own namespace unless another is named; `''` means all of them. */
  resource<T>(kind: Kind<T>, namespace?: string): ResourceClient<T>;
  /** Polls until `check` returns something truthy, with a bound; an error means "not yet". */
  eventually<V>(what: string, check: () => V | Promise<V>, timeoutMs?: number): Promise<NonNullable<V>>;
  /** Runs after the test, last first, whatever became of it. */
  cleanUp(task: () => unknown): void;
}

const known = new Map(rows.map((row) => [rowKey(row), row]));
const server = inject('server');
// fetch has no setting of its own for whom to trust.
setDefaultCACertificates([...getCACertificates('default'), server.ca]);

/**
 * The test of one row of the official suite, found by its name (and case, where several rows share one). It runs beside
 * others, so whatever is not in its namespace has to have a name of its own.
 */
export function conforms(name: string | Pick<Row, 'name' | 'case'>, test: (t: Conformance) => Promise<void>): void {
  const key = typeof name === 'string' ? name : rowKey(name);
  const row = known.get(key);
  if (!row) throw new Error(`the official suite has no row "${key}"`);
  it(rowTitle(row), async () => {
    const tasks: Array<() => unknown> = [];
    try {
      await test(await createContext(row, (task) => tasks.push(task)));
    } finally {
      for (const task of tasks.reverse()) await task();
    }
  });
}

async function createContext(row: Row, cleanUp: Conformance['cleanUp']): Promise<Conformance> {
  const api = createClient(server);
  const suffix = randomBytes(4).toString('hex');
  const namespace = `${slug(row.area)}-${suffix}`;
  const opened = (watch: Watch<never>) => cleanUp(() => watch.close());
  const resource = <T>(kind: Kind<T>, within = namespace): ResourceClient<T> =>
    resourceClient(api, kind, {
      namespace: kind.namespaced && within !== '' ? within : undefined,
      opened: opened as (watch: Watch<Served<T>>) => void,
    });
  const namespaces = resource(kinds.namespace);
  await namespaces.create({ metadata: { name: namespace } });
  // Nobody waits until it is gone: the next test does not use it.
  cleanUp(() => api.send('DELETE', `${namespaces.path}/${namespace}`));
  await eventually('the ServiceAccount is there', () => resource(kinds.serviceAccount).get('default'));
  return {
    server,
    api,
    namespace,
    unique: (prefix) => `${prefix}-${suffix}`,
    resource,
    eventually,
    cleanUp,
  };
}

function slug(area: string): string {
  return area
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
