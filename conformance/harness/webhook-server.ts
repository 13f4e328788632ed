import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '../../node-agent/http/testing/self-signed.ts';
import type { Cluster, Conformance } from './conforms.ts';
import { kinds } from './kinds.ts';
import { aPod, isReady } from './pods.ts';

/** What a webhook is asked about, as far as tests look. */
export interface Review {
  uid: string;
  operation: string;
  object: { metadata: { name: string }; data?: Record<string, string> } | null;
}

/** What it answers: a verdict, or a JSON patch. */
export type Answer = { allowed: boolean; message?: string } | { patch: readonly object[] };

/** By the path that a configuration names. */
export type Handlers = Readonly<Record<string, (review: Review) => Answer | Promise<Answer>>>;

export interface WebhookServer {
  cluster: Cluster;
  /** One webhook of a configuration, for ConfigMaps that are created unless it says otherwise. */
  hook(path: string, more?: object): object;
}

/** A cluster in which a Service has webhooks behind it: a Pod on a node, for whose container this process answers. */
export async function startWebhookServer(t: Conformance, handlers: Handlers): Promise<WebhookServer> {
  const { key, certificate } = await selfSigned('hooks.default.svc');
  const server = createServer(
    { key, cert: certificate },
    (request, response) => void answer(request, response, handlers),
  );
  const port = await listen(server);
  t.cleanUp(() => server.close());
  const cluster = await t.ownCluster({ nodes: [{ listener: () => port }] });
  const container = { ports: [{ containerPort: 8443 }] };
  await cluster.resource(kinds.pod).create(aPod('hooks', { labels: { app: 'hooks' }, container }));
  await t.eventually('the webhooks run', async () => isReady(await cluster.resource(kinds.pod).get('hooks')));
  const spec = { selector: { app: 'hooks' }, ports: [{ port: 443, targetPort: 8443 }] };
  await cluster.resource(kinds.service).create({ metadata: { name: 'hooks' }, spec });
  await t.eventually('the webhooks are found', async () => {
    const { subsets } = await cluster.resource(kinds.endpoints).get('hooks');
    return subsets?.some(({ addresses }) => addresses?.length);
  });
  const caBundle = Buffer.from(certificate).toString('base64');
  return {
    cluster,
    hook: (path, more = {}) => ({
      name: `${path}.example.com`,
      clientConfig: { service: { namespace: 'default', name: 'hooks', path: `/${path}` }, caBundle },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      ...more,
    }),
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function answer(request: IncomingMessage, response: ServerResponse, handlers: Handlers): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { request: review } = JSON.parse(body) as { request: Review };
  const path = (request.url ?? '').replace(/^\/|\?.*$/g, '');
  const given = (await handlers[path]?.(review)) ?? { allowed: true };
  const verdict =
    'patch' in given
      ? { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(given.patch)).toString('base64') }
      : { allowed: given.allowed, ...(given.message ? { status: { message: given.message } } : {}) };
  response.setHeader('content-type', 'application/json');
  const type = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
  response.end(JSON.stringify({ ...type, response: { uid: review.uid, ...verdict } }));
}
