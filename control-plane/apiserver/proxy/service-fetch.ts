import { Buffer } from 'node:buffer';
import type { ServiceEndpoint, ServicePort } from '../../client.ts';
import type { NodeStreams } from '../http/verbs/log.ts';
import type { WebhookClientDeps } from '../outside-calls/webhook-client.ts';
import type { NodeHttp } from './exchange.ts';

export interface ServiceFetchDeps {
  /** Throws StatusError where nobody answers. */
  locate(service: ServicePort): Promise<ServiceEndpoint>;
  streams: NodeStreams;
  nodeHttp: NodeHttp;
}

/**
 * A POST of JSON to one of the ready endpoints of a Service, over TLS through the connection of the node that it is on.
 * The node checks the certificate: against the bundle, or the authorities that the machine knows, for `NAME.NAMESPACE.svc`.
 */
export function createServiceFetch(deps: ServiceFetchDeps): WebhookClientDeps['fetchService'] {
  return async ({ url, body, caBundle, signal }, service) => {
    const { node, host, port } = await deps.locate(service);
    const { pathname, search, host: name } = new URL(url);
    const bytes = new TextEncoder().encode(body);
    const plan = deps.streams.plan(node, {
      ...{ kind: 'http', method: 'POST', scheme: 'https', host, port, path: pathname + search },
      headers: [
        ['Host', name],
        ['Content-Type', 'application/json'],
        ['Accept', 'application/json'],
        ['Content-Length', String(bytes.byteLength)],
        ['User-Agent', 'fairlead'],
      ],
      tls: {
        serverName: `${service.name}.${service.namespace}.svc`,
        ...(caBundle ? { ca: Buffer.from(caBundle, 'base64').toString('utf8') } : {}),
      },
    });
    const { code, body: answer } = await deps.nodeHttp(plan, { body: streamOf(bytes), signal });
    // A code without a body by definition is none that a webhook may answer with.
    return new Response(answer, { status: code < 200 || code === 204 || code === 205 || code === 304 ? 502 : code });
  };
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}
