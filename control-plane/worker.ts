import { builtInKinds } from '../shared/kinds/index.generated.ts';
import { KindRegistry } from '../shared/kinds/registry.ts';
import { createFront } from './apiserver/http/front.ts';
import { clusterObjectName, gatewayIndex, gatewayObjectName } from './apiserver/http/object-names.ts';
import { shardsOf } from './apiserver/http/shards.ts';
import { createClusterAdmin } from './cluster/cluster-admin.ts';
import { logError } from './durable-objects/cluster-host.ts';
import type { Env } from './env.ts';
import { parseDeploymentSettings } from './settings.ts';

export { Cluster } from './durable-objects/cluster.ts';
export { Clusters } from './durable-objects/clusters.ts';
export { Controllers } from './durable-objects/controllers.ts';
export { NodeGateway } from './durable-objects/node-gateway.ts';
export { Scheduler } from './durable-objects/scheduler.ts';
export { Stream } from './durable-objects/stream.ts';

/** What the front needs of kinds is where they live; those that a cluster adds live in its main object. */
const builtInRegistry = new KindRegistry(builtInKinds);

/** Adapters from the bindings to what the front needs; the same for every request of an isolate. */
function frontOf(env: Env) {
  const { CLUSTER, CLUSTERS, GATEWAY, STREAM, CONTROLLERS, SCHEDULER } = env;
  const { gatewayCount } = parseDeploymentSettings(env.FAIRLEAD_SETTINGS).deployment;
  const clusterId = remembered((name) => CLUSTER.idFromName(name));
  const clusterStub = (name: string, shard = '') => CLUSTER.get(clusterId(clusterObjectName(name, shard)));
  const gatewayStub = (name: string) => GATEWAY.get(GATEWAY.idFromName(name));
  // Stubs belong to the request that made them, the front does not: each use makes its own.
  const directory = () => CLUSTERS.get(CLUSTERS.idFromName('clusters'));
  const shards = shardsOf(builtInKinds);
  return createFront({
    kinds: builtInRegistry,
    isCluster: knownNames((name) =>
      directory()
        .get(name)
        .then((found) => found !== undefined),
    ),
    clusterObject: clusterStub,
    authenticate: (cluster, credential) => clusterStub(cluster).access(credential),
    suspectApi: (cluster, path) => clusterStub(cluster).suspectApi(path),
    gatewayObject: gatewayStub,
    gatewayOf: (cluster, node) => gatewayObjectName(cluster, gatewayIndex(node, gatewayCount)),
    streamObject: (name) => STREAM.get(STREAM.idFromName(name)),
    socketPair: () => Object.values(new WebSocketPair()) as [WebSocket, WebSocket],
    adminTokenHash: env.FAIRLEAD_ADMIN_TOKEN_HASH,
    clusterAdmin: createClusterAdmin({
      directory: {
        list: () => directory().list(),
        get: (name) => directory().get(name),
        add: (info) => directory().add(info),
        remove: (name) => directory().remove(name),
      },
      shards,
      initialize: (record) => clusterStub(record.name, record.shard).initialize(record),
      issueAdminToken: (name) => clusterStub(name).issueAdminToken(),
      async destroy(name) {
        const gateways = Array.from({ length: gatewayCount }, (_, index) =>
          gatewayStub(gatewayObjectName(name, index)),
        );
        const components = [CONTROLLERS, SCHEDULER].map((namespace) => namespace.get(namespace.idFromName(name)));
        // The main object first: it is what wakes the others.
        const objects = [...['', ...shards].map((shard) => clusterStub(name, shard)), ...components, ...gateways];
        for (const object of objects) await object.destroy();
      },
      now: Date.now,
    }),
    isAudited: !!env.FAIRLEAD_AUDIT,
    now: Date.now,
    random: Math.random,
    log: logError,
  });
}

/** Most ids that are remembered. */
const maxIds = 1000;

/** Deriving an id from a name is a hash, and every request needs one. */
function remembered<T>(make: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const found = known.get(name) ?? make(name);
    if (known.size >= maxIds) known.clear();
    known.set(name, found);
    return found;
  };
}

/**
 * Remembers the names that were found: a cluster that is deleted says so itself. Those that were not found are asked for
 * each time, so that a cluster answers from the moment of its creation.
 */
function knownNames(find: (name: string) => Promise<boolean>): (name: string) => Promise<boolean> {
  const known = new Set<string>();
  return async (name) => {
    if (known.has(name)) return true;
    const isFound = await find(name);
    if (isFound) known.add(name);
    return isFound;
  };
}

const fronts = new WeakMap<Env, ReturnType<typeof frontOf>>();

export default {
  fetch(request, env) {
    let front = fronts.get(env);
    if (!front) {
      front = frontOf(env);
      fronts.set(env, front);
    }
    return front.fetch(request);
  },
} satisfies ExportedHandler<Env>;
