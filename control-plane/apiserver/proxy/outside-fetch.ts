import ipaddr from 'ipaddr.js';
import type { OutsideFetch, OutsideRequest } from '../outside-calls/webhook-client.ts';
import { NodeNotConnected } from './exchange.ts';
import type { NodeDestination, NodeFetch } from './node-fetch.ts';

export interface OutsideFetchDeps {
  /** The platform's own, which trusts what the platform trusts. */
  fetch: OutsideFetch;
  nodeFetch: NodeFetch;
}

/**
 * A POST to a URL. Who names the authorities that vouch for the server is served by a node, as the platform can be told
 * of none; while no node is connected the platform may still know the server.
 */
export function createOutsideFetch({ fetch, nodeFetch }: OutsideFetchDeps): OutsideFetch {
  return async (request) => {
    if (!request.caBundle) return fetch(request);
    try {
      return await nodeFetch(request, destinationOf(request.url));
    } catch (error) {
      if (!(error instanceof NodeNotConnected)) throw error;
      return unverified(fetch, request);
    }
  };
}

/** What Cloudflare answers in place of a server whose certificate it does not like. */
const certificateCodes: ReadonlySet<number> = new Set([525, 526]);
/** What the platform's client says of such a server: mostly it keeps to itself what went wrong. */
const certificateTrouble = /certificate|tls|ssl|^internal error/i;
const advice =
  'caBundle is looked at by nodes alone, and none is connected: connect one, or give the server a certificate of a public authority';

async function unverified(fetch: OutsideFetch, request: OutsideRequest): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw certificateTrouble.test(message) ? new Error(`${message} (${advice})`) : error;
  }
  if (!certificateCodes.has(response.status)) return response;
  await response.body?.cancel();
  throw new Error(`tls: failed to verify certificate (${advice})`);
}

function destinationOf(url: string): NodeDestination {
  const { hostname, port } = new URL(url);
  // Addresses of IPv6 are in brackets.
  const host = hostname.replace(/^\[|\]$/g, '');
  const destination = { host, port: Number(port) || 443 };
  return ipaddr.isValid(host) ? { destination } : { destination, serverName: host };
}
