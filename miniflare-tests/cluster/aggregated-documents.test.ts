import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { clientsOf, createSender, type SendRaw } from './clients.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';
import { aPod } from './manifests.ts';
import { type SampleApiServer, sampleGroup, startSampleApiServer } from './sample-apiserver.ts';
import { eventually, untilRunning } from './waits.ts';

const namespace = '/api/v1/namespaces/default';
const services = '/apis/apiregistration.k8s.io/v1/apiservices';
const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

let sample: SampleApiServer;
let cluster: TestCluster;
let send: SendRaw;
let kubectl: RunKubectl;

async function must(path: string, body: unknown): Promise<void> {
  const { status, text } = await send(path, { method: 'POST', body });
  expect(status, text).toBeLessThan(300);
}

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await kubectl(args);
  expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
  return stdout;
}

beforeAll(async () => {
  sample = await startSampleApiServer('sample.default.svc');
  cluster = await startCluster({ nodes: [{ listener: () => sample.port }] });
  send = createSender(cluster);
  kubectl = createKubectl(cluster.kubeconfigPath);
  const containers = [{ name: 'c', image: 'app', ports: [{ containerPort: 443 }] }];
  const metadata = { name: 'sample', labels: { app: 'sample' } };
  await must(`${namespace}/pods`, { ...aPod('sample'), metadata, spec: { containers } });
  const spec = { selector: { app: 'sample' }, ports: [{ port: 443 }] };
  await must(`${namespace}/services`, { metadata: { name: 'sample' }, spec });
  await untilRunning(clientsOf(cluster.kubeconfig).core, 'default', 'sample');
  await must(services, {
    metadata: { name: `v1alpha1.${sampleGroup}` },
    spec: {
      ...{ group: sampleGroup, version: 'v1alpha1', groupPriorityMinimum: 2000, versionPriority: 200 },
      service: { namespace: 'default', name: 'sample' },
      caBundle: Buffer.from(sample.certificate).toString('base64'),
    },
  });
  // Nobody is behind this one, and nothing waits for it.
  await must(services, {
    metadata: { name: 'v1.nobody.example' },
    spec: {
      ...{ group: 'nobody.example', version: 'v1', groupPriorityMinimum: 100, versionPriority: 100 },
      service: { namespace: 'default', name: 'nobody' },
      insecureSkipTLSVerify: true,
    },
  });
  await run('wait', '--for=condition=Available', `apiservice/v1alpha1.${sampleGroup}`);
}, 60_000);

afterAll(async () => {
  await cluster.stop();
  sample.close();
});

it('is explained by kubectl out of the document of the server that answers it', async () => {
  const explained = await run('explain', 'flunders.spec.reference');
  expect(explained).toContain('GROUP:      wardle.example.com\nKIND:       Flunder\nVERSION:    v1alpha1');
  expect(explained).toContain('A name of another flunder.');
});

it('is in the index of OpenAPI v3, and nothing else of that server is', async () => {
  const { paths } = (await send('/openapi/v3')).json as unknown as { paths: Record<string, object> };
  expect(paths['apis/wardle.example.com/v1alpha1']).toEqual({
    serverRelativeURL: '/openapi/v3/apis/wardle.example.com/v1alpha1?hash=1',
  });
  expect(paths['apis/apps/v1']).toBeDefined();
  expect(Object.keys(paths).filter((path) => path.includes('nobody'))).toEqual([]);
  expect(JSON.stringify(paths.version ?? {})).not.toContain('hash=2');
});

it('is in the document of OpenAPI v2, in both of its forms, beside types of the same name', async () => {
  const first = await send('/openapi/v2');
  const { paths, definitions } = first.json as { paths: object; definitions: Record<string, object> };
  expect(Object.keys(paths)).toContain('/apis/wardle.example.com/v1alpha1/namespaces/{namespace}/flunders/{name}');
  expect(definitions['com.example.wardle.v1alpha1.Flunder']).toMatchObject({
    properties: { metadata: { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta_v2' } },
  });
  expect(definitions).not.toHaveProperty(['com.example.Unused']);
  expect(JSON.stringify(definitions['io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'])).not.toContain('long ago');
  const accept = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
  expect((await send('/openapi/v2', { headers: { accept } })).text).toContain('com.example.wardle.v1alpha1.Flunder');
  const { etag } = first.headers as { etag: string };
  expect((await send('/openapi/v2', { headers: { 'if-none-match': etag } })).status).toBe(304);
});

it('is asked for its documents once a minute at most, as the aggregator', async () => {
  sample.requests.length = 0;
  for (let time = 0; time < 5; time++) await send('/openapi/v2');
  expect(sample.requests.filter(({ url }) => url === '/openapi/v2')).toEqual([]);
});

it('is used by kubectl like any other kind', async () => {
  const manifest =
    'apiVersion: wardle.example.com/v1alpha1\nkind: Flunder\nmetadata: {name: one}\nspec: {reference: x}\n';
  const created = await kubectl(['create', '-f', '-'], { input: manifest });
  expect(created).toMatchObject({ code: 0, stdout: 'flunder.wardle.example.com/one created\n' });
  expect(await run('get', 'fl', '-o', 'name')).toBe('flunder.wardle.example.com/one\n');
  // Types are checked on either side; here by kubectl, before anything is sent.
  expect(await run('api-resources', `--api-group=${sampleGroup}`, '--no-headers')).toMatch(
    /^flunders\s+fl\s+wardle\.example\.com\/v1alpha1\s+true\s+Flunder\n$/,
  );
  expect(await run('delete', 'flunder', 'one')).toContain('deleted');
});

it('is preferred by the priorities of its registration', async () => {
  const { groups } = (await send('/apis')).json as unknown as { groups: { name: string }[] };
  const names = groups.map(({ name }) => name);
  expect(names.slice(0, 2)).toEqual(['apiregistration.k8s.io', 'apps']);
  expect(names.slice(-2)).toEqual([sampleGroup, 'nobody.example']);
});

it('is marked where nobody answers, and everybody else is listed as ever', async () => {
  const { items } = (await send('/apis', { headers: { accept: aggregatedType } })).json as unknown as {
    items: { metadata: { name: string }; versions: { freshness: string; resources: object[] }[] }[];
  };
  const versionsOf = (group: string) => items.find(({ metadata }) => metadata.name === group)?.versions;
  expect(versionsOf('nobody.example')).toEqual([{ version: 'v1', freshness: 'Stale', resources: [] }]);
  expect(versionsOf(sampleGroup)).toMatchObject([{ freshness: 'Current', resources: [{ resource: 'flunders' }] }]);
  const { stdout, stderr } = await kubectl(['get', 'pods', '-o', 'name']);
  expect({ stdout, stderr }).toMatchObject({ stdout: 'pod/sample\n' });
});

it('is unavailable while its server answers with errors, which is found out by asking', async () => {
  const apiService = `apiservice/v1alpha1.${sampleGroup}`;
  sample.isBroken = true;
  // Any change is a reason to look.
  await run('patch', apiService, '--type=merge', '-p', '{"spec":{"versionPriority":201}}');
  await run('wait', '--for=condition=Available=false', apiService);
  expect(await run('get', apiService, '--no-headers')).toContain('False (FailedDiscoveryCheck)');
  const { stdout } = await kubectl(['get', apiService, '-o', 'jsonpath={.status.conditions[0].message}']);
  expect(stdout).toMatch(
    /^failing or missing response from (https:\/\/[\d.]+:443\/apis\/wardle.example.com\/v1alpha1): bad status from \1: 500$/,
  );
  expect(await send(`/apis/${sampleGroup}/v1alpha1/flunders`)).toMatchObject({ status: 503 });
  sample.isBroken = false;
  await run('wait', '--for=condition=Available', apiService);
});

it('is found to be unavailable by those who use it', async () => {
  const apiService = `apiservice/v1alpha1.${sampleGroup}`;
  const { port } = sample;
  sample.port = 1;
  const path = `/apis/${sampleGroup}/v1alpha1/flunders`;
  expect((await send(path)).json).toMatchObject({ code: 503, reason: 'ServiceUnavailable' });
  await run('wait', '--for=condition=Available=false', apiService);
  sample.port = port;
  await eventually('somebody asks and it is there', async () => (await send(path)).status === 200);
});
