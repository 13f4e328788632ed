import { Buffer } from 'node:buffer';
import { StatusError } from '../../../shared/api/errors.ts';
import { isJsonObject, type JsonObject } from '../../../shared/api/json.ts';
import type { APIService } from '../../../shared/api/object.ts';
import type { Store } from '../../store/store.ts';
import type { NodeStreams, StreamPlan } from '../http/verbs/log.ts';
import type { NodeHttp } from '../proxy/exchange.ts';
import { servicePortTarget, type TargetDeps } from '../proxy/targets.ts';
import type { UserInfo } from '../registry/registry.ts';
import { remoteHeaders } from './remote-headers.ts';

/** An API that somebody else answers, behind a Service. */
export interface AggregatedApi {
  group: string;
  version: string;
  plan(request: { method: string; path: string; user: UserInfo }): StreamPlan;
}

export interface Aggregation {
  /** The aggregated API that a path belongs to, if it does. */
  find(path: string): AggregatedApi | undefined;
  /** What the aggregated APIs say of themselves, by group version: the `resources` of their APIResourceLists. */
  discover(): Promise<DiscoveredApi[]>;
}

export interface DiscoveredApi {
  group: string;
  version: string;
  resources: readonly JsonObject[];
}

export interface AggregationDeps {
  store: Pick<Store, 'list' | 'onCommit'>;
  targets: TargetDeps;
  streams: NodeStreams;
  nodeHttp: NodeHttp;
}

const resource = 'apiservices.apiregistration.k8s.io';
const apiPath = /^\/apis\/([^/]+)\/([^/]+)(?:\/|$)/;
const discoveryTimeoutMs = 5000;
/** As whom the aggregator asks on its own account. */
const aggregator: UserInfo = { name: 'system:kube-aggregator', groups: ['system:masters'] };

/** The APIs of a cluster that are served by others. Read again after each change of an APIService. */
export function createAggregation(deps: AggregationDeps): Aggregation {
  let known: ReadonlyMap<string, AggregatedApi> | undefined;
  deps.store.onCommit((changes) => {
    if (changes.some(({ key }) => key.resource === resource)) known = undefined;
  });
  const read = () => {
    const services = deps.store.list({ resource }).items.map(({ json }) => JSON.parse(json) as APIService);
    const remote = services.filter(({ spec }) => spec?.service && spec.group);
    return new Map(remote.map((service) => [`${service.spec?.group}/${service.spec?.version}`, apiOf(deps, service)]));
  };
  const all = () => {
    known ??= read();
    return known;
  };
  return {
    find(path) {
      const match = apiPath.exec(path);
      return match ? all().get(`${match[1]}/${match[2]}`) : undefined;
    },
    async discover() {
      const found = await Promise.all([...all().values()].map((api) => ask(deps.nodeHttp, api)));
      return found.filter((one) => one !== undefined);
    },
  };
}

function apiOf({ targets, streams }: AggregationDeps, { spec }: APIService): AggregatedApi {
  const { group = '', version = '', caBundle, insecureSkipTLSVerify, service } = spec ?? {};
  const { namespace = '', name = '', port = 443 } = service ?? {};
  const serverName = `${name}.${namespace}.svc`;
  const tls = {
    serverName,
    ...(caBundle ? { ca: Buffer.from(caBundle, 'base64').toString('utf8') } : {}),
    ...(insecureSkipTLSVerify ? { insecure: true } : {}),
  };
  return {
    group,
    version,
    plan({ method, path, user }) {
      const { node, host, port: at } = whereIs(targets, { namespace, name, port });
      const headers = [['Host', serverName] as [string, string], ...remoteHeaders(user)];
      return streams.plan(node, { kind: 'http', method, scheme: 'https', host, port: at, path, headers, tls });
    },
  };
}

/** Whatever is wrong with the Service is nothing that a client could do anything about. */
function whereIs(targets: TargetDeps, service: { namespace: string; name: string; port: number }) {
  try {
    return servicePortTarget(targets, service);
  } catch (error) {
    if (error instanceof StatusError) throw new StatusError('ServiceUnavailable', 'service unavailable', {});
    throw error;
  }
}

/** Undefined for one that does not answer as it should: it is left out of discovery. */
async function ask(nodeHttp: NodeHttp, api: AggregatedApi): Promise<DiscoveredApi | undefined> {
  const { group, version } = api;
  try {
    const plan = api.plan({ method: 'GET', path: `/apis/${group}/${version}`, user: aggregator });
    const answer = await nodeHttp(plan, { signal: AbortSignal.timeout(discoveryTimeoutMs) });
    const body: unknown = answer.code === 200 ? await new Response(answer.body).json() : undefined;
    if (!isJsonObject(body) || !Array.isArray(body.resources)) return undefined;
    return { group, version, resources: body.resources.filter(isJsonObject) };
  } catch (error) {
    if (error instanceof StatusError || error instanceof SyntaxError || error instanceof DOMException) return undefined;
    throw error;
  }
}
