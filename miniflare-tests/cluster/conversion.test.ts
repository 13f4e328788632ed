import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CustomObjectsApi, KubeConfig, type KubernetesObject, makeInformer } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { selfSigned } from '../../node-agent/http/testing/self-signed.ts';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { clientsOf, createSender, type SendRaw } from './clients.ts';
import { createKubectl } from './kubectl.ts';
import { aPod } from './manifests.ts';
import { eventually, untilRunning } from './waits.ts';

interface CronTab extends KubernetesObject {
  hostPort?: string;
  host?: string;
  port?: string;
}

const namespace = '/api/v1/namespaces/default';
const group = 'stable.example.com';
const pathOf = (version: string) => `/apis/${group}/${version}/namespaces/default/crontabs`;

let cluster: TestCluster;
let send: SendRaw;
let server: Server;
/** The webhook hangs up instead of answering. */
let isBroken = false;

/** `hostPort` in v1 is `host` and `port` in v2. */
function convert({ hostPort = '', host, port, ...rest }: CronTab, apiVersion: string): CronTab {
  if (apiVersion.endsWith('/v1')) return { ...rest, apiVersion, hostPort: `${host}:${port}` };
  const [newHost = '', newPort = ''] = hostPort.split(':');
  return { ...rest, apiVersion, host: newHost, port: newPort };
}

async function webhook(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (isBroken) return void request.socket.destroy();
  const review = JSON.parse(body) as {
    apiVersion: string;
    kind: string;
    request: { uid: string; desiredAPIVersion: string; objects: CronTab[] };
  };
  const { uid, desiredAPIVersion, objects } = review.request;
  const convertedObjects = objects.map((object) => convert(object, desiredAPIVersion));
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({ ...review, request: null, response: { uid, convertedObjects, result: { status: 'Success' } } }),
  );
}

async function must(path: string, body: unknown): Promise<void> {
  const { status, text } = await send(path, { method: 'POST', body });
  expect(status, text).toBeLessThan(300);
}

async function startWebhook(): Promise<string> {
  const { key, certificate } = await selfSigned('convert.default.svc');
  server = createServer({ key, cert: certificate }, (request, response) => void webhook(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Buffer.from(certificate).toString('base64');
}

function definition(caBundle: string): object {
  const text = { type: 'string' };
  const version = (name: string, storage: boolean, ...fields: string[]) => ({
    name,
    served: true,
    storage,
    schema: { openAPIV3Schema: { type: 'object', properties: Object.fromEntries(fields.map((one) => [one, text])) } },
    additionalPrinterColumns: fields.map((one) => ({ name: one, type: 'string', jsonPath: `.${one}` })),
    selectableFields: fields.map((one) => ({ jsonPath: `.${one}` })),
  });
  const clientConfig = { caBundle, service: { namespace: 'default', name: 'convert', path: '/convert' } };
  return {
    metadata: { name: `crontabs.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'crontabs', kind: 'CronTab' },
      conversion: { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1'] } },
      versions: [version('v1', true, 'hostPort'), version('v2', false, 'host', 'port')],
    },
  };
}

beforeAll(async () => {
  const caBundle = await startWebhook();
  const { port } = server.address() as AddressInfo;
  cluster = await startCluster({ nodes: [{ listener: (asked) => (asked.port === 8443 ? port : undefined) }] });
  send = createSender(cluster);
  const { core } = clientsOf(cluster.kubeconfig);
  const containers = [{ name: 'c', image: 'app', ports: [{ containerPort: 8443 }] }];
  await must(`${namespace}/pods`, {
    ...aPod('convert'),
    metadata: { name: 'convert', labels: { app: 'convert' } },
    spec: { containers },
  });
  await untilRunning(core, 'default', 'convert');
  await must(`${namespace}/services`, {
    metadata: { name: 'convert' },
    spec: { selector: { app: 'convert' }, ports: [{ port: 443, targetPort: 8443 }] },
  });
  await eventually('the endpoints of the webhook', async () => {
    const { json } = await send(`${namespace}/endpoints/convert`);
    return (json.subsets as unknown[] | undefined)?.length === 1;
  });
  await must('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition(caBundle));
  await eventually('the first is there', async () => {
    const body = { apiVersion: `${group}/v1`, kind: 'CronTab', metadata: { name: 'first' }, hostPort: 'here:1' };
    return (await send(pathOf('v1'), { method: 'POST', body })).status === 201;
  });
}, 60_000);

afterAll(async () => {
  await cluster.stop();
  server.close();
});

const create = (name: string, hostPort: string) =>
  must(pathOf('v1'), { apiVersion: `${group}/v1`, kind: 'CronTab', metadata: { name }, hostPort });

it('an informer follows a version that a webhook behind a Service makes, over evictions', async () => {
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig);
  const api = config.makeApiClient(CustomObjectsApi);
  const place = { group, version: 'v2', namespace: 'default', plural: 'crontabs' };
  const seen: string[] = [];
  const informer = makeInformer<CronTab>(config, pathOf('v2'), () => api.listNamespacedCustomObject(place) as never);
  for (const event of ['add', 'update', 'delete'] as const) {
    informer.on(event, ({ metadata, host }) => void seen.push(`${event} ${metadata?.name} ${host}`));
  }
  await informer.start();
  await create('second', 'there:2');
  await eventually('the second is seen', () => seen.includes('add second there'));
  await cluster.evictObjects();
  const headers = { 'content-type': 'application/merge-patch+json' };
  await send(`${pathOf('v1')}/second`, { method: 'PATCH', headers, body: { hostPort: 'elsewhere:3' } });
  await eventually('its change is seen', () => seen.includes('update second elsewhere'));
  await send(`${pathOf('v1')}/second`, { method: 'DELETE' });
  await eventually('its end is seen', () => seen.includes('delete second elsewhere'));
  await informer.stop();
  expect(seen).toEqual(['add first here', 'add second there', 'update second elsewhere', 'delete second elsewhere']);
});

it('kubectl lists and watches it as tables, chosen by its fields', async () => {
  const kubectl = createKubectl(cluster.kubeconfigPath);
  const { stdout } = await kubectl(['get', `crontabs.v2.${group}`, '--field-selector', 'host=here']);
  expect(stdout).toMatch(/^NAME +HOST +PORT\nfirst +here +1\n$/);
  const watching = kubectl([
    'get',
    `crontabs.v2.${group}`,
    '-w',
    '--field-selector',
    'host=new',
    '--request-timeout=3s',
  ]);
  await create('third', 'new:1');
  expect((await watching).stdout).toMatch(/third +new +1/);
});

it('a watch ends with an error while the webhook is broken, and that of the stored version does not notice', async () => {
  isBroken = true;
  const watch = (version: string) => send(`${pathOf(version)}?watch=true&timeoutSeconds=3&resourceVersion=0`);
  const [converted, stored] = await Promise.all([watch('v2'), watch('v1')]);
  expect(JSON.parse(converted.text)).toMatchObject({
    type: 'ERROR',
    object: {
      kind: 'Status',
      code: 500,
      message: expect.stringMatching(/^conversion webhook for stable\.example\.com\/v1, Kind=CronTab failed: Post /),
    },
  });
  expect(stored.text).toContain('"hostPort":"here:1"');
  isBroken = false;
  expect((await watch('v2')).text).toContain('"host":"here"');
});
