import type { Endpoints, Service } from '../../shared/api/object.ts';

/** Everything the proxy follows, whole: what is absent from it is not served any more. */
export interface ServiceProxyState {
  services: Service[];
  endpoints: Endpoints[];
}

/** Makes Services reachable from this node and its Pods. */
export interface ServiceProxy {
  /** Brings the machine to `state`. Calls are serialised by the caller; an unchanged state costs nothing. */
  update(state: ServiceProxyState): Promise<void>;
  /** Takes back every rule and socket of the proxy. */
  close(): Promise<void>;
}

/** Serves nothing. For tests and for nodes whose Services another program proxies. */
export function noServiceProxy(): ServiceProxy {
  return { update: () => Promise.resolve(), close: () => Promise.resolve() };
}
