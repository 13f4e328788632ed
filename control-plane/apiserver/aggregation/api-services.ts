import { Buffer } from 'node:buffer';
import { StatusError } from '../../../shared/api/errors.ts';
import type { APIService } from '../../../shared/api/object.ts';
import type { NodeStreams, StreamPlan } from '../http/verbs/log.ts';
import { NodeNotConnected } from '../proxy/exchange.ts';
import { type LocateDeps, locateService } from '../proxy/locate.ts';
import type { UserInfo } from '../registry/registry.ts';
import { remoteHeaders } from './remote-headers.ts';

export const apiServicesResource = 'apiservices.apiregistration.k8s.io';

/** An API that somebody else answers, behind a Service. */
export interface AggregatedApi {
  /** Of its APIService. */
  name: string;
  group: string;
  version: string;
  /** In what order clients are to prefer groups, and the versions of a group. */
  groupPriority: number;
  versionPriority: number;
  /** Whether its APIService says so. */
  isAvailable: boolean;
  /** Throws StatusError where its Service leads to nobody. */
  plan(request: AggregatedRequest): StreamPlan;
}

export interface AggregatedRequest {
  method: string;
  /** With its query. */
  path: string;
  user: UserInfo;
  /** Besides those that say who asks. */
  headers?: readonly [string, string][];
}

export interface ReachDeps {
  targets: LocateDeps;
  streams: NodeStreams;
}

/** Undefined for an API that is the cluster's own. */
export function aggregatedApi(deps: ReachDeps, service: APIService): AggregatedApi | undefined {
  const { metadata, spec, status } = service;
  if (!spec?.service || !spec.group) return undefined;
  return {
    name: metadata.name ?? '',
    group: spec.group,
    version: spec.version ?? '',
    groupPriority: spec.groupPriorityMinimum,
    versionPriority: spec.versionPriority,
    isAvailable: (status?.conditions ?? []).some((one) => one.type === 'Available' && one.status === 'True'),
    plan: (request) => planOf(deps, spec, request),
  };
}

type Spec = NonNullable<APIService['spec']>;

function planOf({ targets, streams }: ReachDeps, spec: Spec, request: AggregatedRequest): StreamPlan {
  const { caBundle, insecureSkipTLSVerify, service } = spec;
  const { namespace = '', name = '', port = 443 } = service ?? {};
  const serverName = `${name}.${namespace}.svc`;
  const { nodes, host, port: at, isOutside } = locateService(targets, { namespace, name, port });
  const [node] = nodes;
  if (node === undefined) throw new NodeNotConnected('no node of the cluster is connected that could call it');
  const { method, path, user, headers = [] } = request;
  return streams.plan(node, {
    ...{ kind: 'http', method, scheme: 'https', host, port: at, path, ...(isOutside ? { outside: true } : {}) },
    headers: [['Host', serverName], ...remoteHeaders(user), ...headers],
    tls: {
      serverName,
      ...(caBundle ? { ca: Buffer.from(caBundle, 'base64').toString('utf8') } : {}),
      ...(insecureSkipTLSVerify ? { insecure: true } : {}),
    },
  });
}

/** What clients are told of an API that nobody answers: it is nothing that they could do anything about. */
export function apiUnavailable(): StatusError {
  return new StatusError('ServiceUnavailable', 'service unavailable', {});
}
