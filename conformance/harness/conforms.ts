import { randomBytes } from 'node:crypto';
import { it } from 'vitest';
import { AdminClient } from '../../cli/server/admin-client.ts';
import { clusterUrl } from '../../cli/server/credentials.ts';
import type { ClusterSettings } from '../../shared/kinds/define-kind.ts';
import { startTestNode, type TestNodeOptions } from '../../testing/test-node.ts';
import { type Row, rowKey, rows, rowTitle } from '../rows.ts';
import { type ApiClient, createClient } from './client.ts';
import { kinds } from './kinds.ts';
import { type Kind, type ResourceClient, resourceClient, type Served } from './resource.ts';
import { server } from './trusted-server.ts';
import { eventually } from './wait.ts';
import type { Watch } from './watch.ts';

/** One cluster as a test works with it. */
export interface Cluster {
  /** Its endpoint, and the administrator's token. */
  url: string;
  token: string;
  /** The administrator. */
  api: ApiClient;
  /** Where the test's objects are; in the shared cluster it is made for the test, and deleted after it. */
  namespace: string;
  /** A resource: in the test's own namespace unless another is named; `''` means all of them. */
  resource<T>(kind: Kind<T>, namespace?: string): ResourceClient<T>;
}

/** What a row's test works with. */
export interface Conformance extends Cluster {
  ca: string;
  /** A name that no other test uses, for what has no namespace. */
  unique(prefix: string): string;
  /** A cluster for this test alone, on the same server: for what would disturb others, such as tainted nodes. */
  ownCluster(options?: OwnClusterOptions): Promise<Cluster>;
  /** Polls until `check` returns something truthy, with a bound; an error means "not yet". */
  eventually<V>(what: string, check: () => V | Promise<V>, timeoutMs?: number): Promise<NonNullable<V>>;
  /** Runs after the test, last first, whatever became of it. */
  cleanUp(task: () => unknown): void;
}

export interface OwnClusterOptions {
  nodes?: readonly TestNodeOptions[];
  settings?: Partial<ClusterSettings>;
}

const known = new Map(rows.map((row) => [rowKey(row), row]));

/**
 * The test of one row of the official suite, found by its name (and case, where several rows share one). It runs beside
 * others, so whatever is not in its namespace has to have a name of its own. A minute is enough for most.
 */
export function conforms(
  name: string | Pick<Row, 'name' | 'case'>,
  test: (t: Conformance) => Promise<void>,
  { timeoutMs = 60_000 }: { timeoutMs?: number } = {},
): void {
  const key = typeof name === 'string' ? name : rowKey(name);
  const row = known.get(key);
  if (!row) throw new Error(`the official suite has no row "${key}"`);
  const run = async () => {
    const tasks: Array<() => unknown> = [];
    try {
      await test(await createContext(row, (task) => tasks.push(task)));
    } finally {
      for (const task of tasks.reverse()) await task();
    }
  };
  it(rowTitle(row), run, timeoutMs);
}

async function createContext(row: Row, cleanUp: Conformance['cleanUp']): Promise<Conformance> {
  const suffix = randomBytes(4).toString('hex');
  const cluster = openCluster(
    { url: server.url, token: server.token, namespace: `${slug(row.area)}-${suffix}` },
    cleanUp,
  );
  const { api, namespace } = cluster;
  const namespaces = cluster.resource(kinds.namespace);
  await namespaces.create({ metadata: { name: namespace } });
  // Nobody waits until it is gone: the next test does not use it.
  cleanUp(() => api.send('DELETE', `${namespaces.path}/${namespace}`));
  await eventually('the ServiceAccount is there', () => cluster.resource(kinds.serviceAccount).get('default'));
  const unique = (prefix: string) => `${prefix}-${suffix}`;
  const ownCluster = (options: OwnClusterOptions = {}) => createCluster(unique('own'), options, cleanUp);
  return { ...cluster, ca: server.ca, unique, ownCluster, eventually, cleanUp };
}

function openCluster(
  { url, token, namespace }: Pick<Cluster, 'url' | 'token' | 'namespace'>,
  cleanUp: Conformance['cleanUp'],
): Cluster {
  const api = createClient({ url, token });
  const opened = (watch: Watch<never>) => cleanUp(() => watch.close());
  const resource = <T>(kind: Kind<T>, within = namespace): ResourceClient<T> =>
    resourceClient(api, kind, {
      namespace: kind.namespaced && within !== '' ? within : undefined,
      opened: opened as (watch: Watch<Served<T>>) => void,
    });
  return { url, token, api, namespace, resource };
}

async function createCluster(
  name: string,
  { nodes = [], settings }: OwnClusterOptions,
  cleanUp: Conformance['cleanUp'],
): Promise<Cluster> {
  const { ca, folder } = server;
  const admin = new AdminClient({ url: server.url, adminToken: server.deploymentToken, ca });
  const { adminToken: token } = await admin.createCluster(name, settings ? { settings } : {});
  cleanUp(() => admin.deleteCluster(name));
  const url = clusterUrl(server.url, name);
  for (const [index, node] of nodes.entries()) {
    const started = await startTestNode({ url, ca, token, folder: `${folder}/${name}`, index: index + 1, ...node });
    cleanUp(() => started.stop());
  }
  const cluster = openCluster({ url, token, namespace: 'default' }, cleanUp);
  await eventually('the ServiceAccount is there', () => cluster.resource(kinds.serviceAccount).get('default'));
  return cluster;
}

function slug(area: string): string {
  return area
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
