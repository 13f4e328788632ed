import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '../../node-agent/http/testing/self-signed.ts';
import type { Cluster, Conformance } from './conforms.ts';
import type { Custom } from './definitions.ts';
import { kinds } from './kinds.ts';
import { aPod, isReady } from './pods.ts';

/** What a webhook is asked about, as far as tests look. */
export interface Review {
  uid: string;
  operation: string;
  object: Reviewed | null;
  oldObject: Reviewed | null;
}

interface Reviewed {
  metadata: { name: string; labels?: Record<string, string> };
  data?: Record<string, string>;
}

/** What it answers: a verdict, or a JSON patch. */
export type Answer = { allowed: boolean; message?: string } | { patch: readonly object[] };

/** By the path that a configuration names. */
export type Handlers = Readonly<Record<string, (review: Review) => Answer | Promise<Answer>>>;

/** One custom resource in another version. */
export type Convert = (object: Custom, apiVersion: string) => Custom;

export interface WebhookServer {
  cluster: Cluster;
  /** The same as a test that has it to itself. */
  own: Conformance;
  /** How a configuration says where a path is. */
  clientConfig(path: string): object;
  /** One webhook of a configuration, for ConfigMaps that are created unless it says otherwise. */
  hook(path: string, more?: object): object;
}

/** A cluster in which a Service has webhooks behind it: a Pod on a node, for whose container this process answers. */
export async function startWebhookServer(
  t: Conformance,
  handlers: Handlers,
  convert: Convert = (object) => object,
): Promise<WebhookServer> {
  const { key, certificate } = await selfSigned('hooks.default.svc');
  const server = createServer(
    { key, cert: certificate },
    (request, response) => void answer(request, response, { handlers, convert }),
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
  const clientConfig = (path: string) => ({
    service: { namespace: 'default', name: 'hooks', path: `/${path}` },
    caBundle,
  });
  return {
    cluster,
    own: { ...t, ...cluster },
    clientConfig,
    hook: (path, more = {}) => ({
      name: `${path}.example.com`,
      clientConfig: clientConfig(path),
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

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { handlers, convert }: { handlers: Handlers; convert: Convert },
): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const asked = JSON.parse(body) as Asked;
  const path = (request.url ?? '').replace(/^\/|\?.*$/g, '');
  const { kind, apiVersion } = asked;
  const given =
    asked.kind === 'ConversionReview'
      ? converted(asked.request, convert)
      : await verdict(asked.request, handlers[path]);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ apiVersion, kind, response: { uid: asked.request.uid, ...given } }));
}

type Asked = { apiVersion: string } & (
  | { kind: 'AdmissionReview'; request: Review }
  | { kind: 'ConversionReview'; request: ConversionRequest }
);

interface ConversionRequest {
  uid: string;
  desiredAPIVersion: string;
  objects: Custom[];
}

function converted({ objects, desiredAPIVersion }: ConversionRequest, convert: Convert): object {
  const convertedObjects = objects.map((object) => ({
    ...(object.apiVersion === desiredAPIVersion ? object : convert(object, desiredAPIVersion)),
    apiVersion: desiredAPIVersion,
  }));
  return { result: { status: 'Success' }, convertedObjects };
}

async function verdict(review: Review, handler: Handlers[string] | undefined): Promise<object> {
  const given = (await handler?.(review)) ?? { allowed: true };
  if (!('patch' in given))
    return { allowed: given.allowed, ...(given.message ? { status: { message: given.message } } : {}) };
  const patch = Buffer.from(JSON.stringify(given.patch)).toString('base64');
  return { allowed: true, patchType: 'JSONPatch', patch };
}
