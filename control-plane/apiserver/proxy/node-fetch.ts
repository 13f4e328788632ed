import { Buffer } from 'node:buffer';
import type { Destination, Location } from '../../client.ts';
import type { NodeStreams, StreamRequest } from '../http/verbs/log.ts';
import type { OutsideRequest } from '../outside-calls/webhook-client.ts';
import { type NodeHttp, type NodeHttpResponse, NodeNotConnected } from './exchange.ts';

export interface NodeFetchDeps {
  /** Throws StatusError where nobody answers. */
  locate(destination: Destination): Promise<Location>;
  streams: NodeStreams;
  nodeHttp: NodeHttp;
}

/** Throws `NodeNotConnected` where there is no node to go by. */
export type NodeFetch = (request: OutsideRequest, to: NodeDestination) => Promise<Response>;

export interface NodeDestination {
  destination: Destination;
  /** The name that the certificate has to be for; absent for an address, which has to be in it then. */
  serverName?: string;
}

/**
 * A POST of JSON over TLS through the connection of a node: that of the Pod that answers for a Service, or for somebody
 * outside of the cluster any that can. The node checks the certificate: against the bundle, or the authorities that the
 * machine knows.
 */
export function createNodeFetch(deps: NodeFetchDeps): NodeFetch {
  return async (outside, { destination, serverName }) => {
    const { nodes, host, port, isOutside } = await deps.locate(destination);
    const bytes = new TextEncoder().encode(outside.body);
    const request: StreamRequest = {
      ...exchangeOf(outside, bytes.byteLength),
      ...{ host, port },
      ...(isOutside ? { outside: true } : {}),
      tls: { ...(serverName ? { serverName } : {}), ...trusted(outside.caBundle) },
    };
    const ask = (node: string) =>
      deps.nodeHttp(deps.streams.plan(node, request), { body: streamOf(bytes), signal: outside.signal });
    const { code, body: answer } = await askOneOf(nodes, ask);
    // A code without a body by definition is none that a webhook may answer with.
    return new Response(answer, { status: code < 200 || code === 204 || code === 205 || code === 304 ? 502 : code });
  };
}

function exchangeOf({ url }: OutsideRequest, length: number) {
  const { pathname, search, host } = new URL(url);
  const headers: [string, string][] = [
    ['Host', host],
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json'],
    ['Content-Length', String(length)],
    ['User-Agent', 'fairlead'],
  ];
  return { kind: 'http', method: 'POST', scheme: 'https', path: pathname + search, headers } as const;
}

function trusted(caBundle: string | undefined): { ca?: string } {
  return caBundle ? { ca: Buffer.from(caBundle, 'base64').toString('utf8') } : {};
}

/** A node that is not connected has been told nothing, so that another may be asked instead. */
async function askOneOf(
  nodes: readonly string[],
  ask: (node: string) => Promise<NodeHttpResponse>,
): Promise<NodeHttpResponse> {
  let last = new NodeNotConnected('no node of the cluster is connected that could call it');
  for (const node of nodes) {
    try {
      return await ask(node);
    } catch (error) {
      if (!(error instanceof NodeNotConnected)) throw error;
      last = error;
    }
  }
  throw last;
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
