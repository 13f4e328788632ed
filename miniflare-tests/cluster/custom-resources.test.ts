import { CustomObjectsApi, KubeConfig, type KubernetesObject, makeInformer } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';
import { stdin, tour } from './kubectl-tour.ts';
import { eventually } from './waits.ts';

let cluster: TestCluster;
let kubectl: RunKubectl;

beforeAll(async () => {
  cluster = await startCluster();
  kubectl = createKubectl(cluster.kubeconfigPath);
});

afterAll(() => cluster.stop());

const group = 'stable.example.com';
const spec = {
  type: 'object',
  description: 'What to run and when',
  properties: {
    image: { type: 'string', description: 'What to run' },
    replicas: { type: 'integer', minimum: 1, maximum: 10, default: 1 },
  },
};
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `crontabs.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'crontabs', kind: 'CronTab', shortNames: ['ct'], categories: ['all'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        additionalPrinterColumns: [{ name: 'Image', type: 'string', jsonPath: '.spec.image' }],
      },
    ],
  },
};
const cronTab = (name: string, fields: object = {}) => ({
  apiVersion: `${group}/v1`,
  kind: 'CronTab',
  metadata: { name },
  spec: { image: 'busybox', ...fields },
});

it('is served within a second of its definition, to clients that list and watch', async () => {
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfigPath);
  const api = config.makeApiClient(CustomObjectsApi);
  const place = { group, version: 'v1', namespace: 'default', plural: 'crontabs' };
  const { code, stderr } = await kubectl(['create', '-f', '-'], { input: stdin(definition) });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const created = performance.now();
  await eventually('the first CronTab is there', () =>
    api.createNamespacedCustomObject({ ...place, body: cronTab('first') }),
  );
  expect(performance.now() - created).toBeLessThan(1000);

  const seen: string[] = [];
  const informer = makeInformer<KubernetesObject>(
    config,
    `/apis/${group}/v1/namespaces/default/crontabs`,
    () => api.listNamespacedCustomObject(place) as never,
  );
  for (const event of ['add', 'update', 'delete'] as const) {
    informer.on(event, ({ metadata }) => void seen.push(`${event} ${metadata?.name}`));
  }
  await informer.start();
  await api.createNamespacedCustomObject({ ...place, body: cronTab('second') });
  await eventually('the second is seen', () => seen.includes('add second'));
  await api.deleteNamespacedCustomObject({ ...place, name: 'second' });
  await eventually('its end is seen', () => seen.includes('delete second'));
  await informer.stop();
  expect(seen[0]).toBe('add first');
});

it('kubectl shows, changes, explains and removes it like any other', async () => {
  await tour(kubectl, [
    { run: 'wait --for=condition=established crd/crontabs.stable.example.com', stdout: /condition met/ },
    { run: 'get ct', stdout: 'NAME    IMAGE\nfirst   busybox' },
    { run: 'get all -o name', stdout: /^crontab\.stable\.example\.com\/first$/m },
    { run: 'scale ct first --replicas=3', stdout: 'crontab.stable.example.com/first scaled' },
    { run: `patch ct first --type=merge -p '{"spec":{"image":"nginx"}}'`, stdout: /patched/ },
    { run: "get ct first -o jsonpath='{.spec.image} {.spec.replicas} {.metadata.generation}'", stdout: 'nginx 3 3' },
    { run: 'apply --server-side --force-conflicts -f -', input: stdin(cronTab('first')), stdout: /serverside-applied/ },
    {
      run: 'create -f -',
      input: stdin(cronTab('wrong', { replicas: 11 })),
      code: 1,
      stderr:
        'The CronTab "wrong" is invalid: spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10',
    },
    {
      run: 'create -f -',
      input: stdin(cronTab('wrong', { nope: 1 })),
      code: 1,
      stderr: /strict decoding error: unknown field "spec\.nope"/,
    },
    { run: 'explain ct.spec --recursive', stdout: /What to run and when.*image\s+<string>.*replicas\s+<integer>/s },
    { run: 'delete crd crontabs.stable.example.com', stdout: /deleted/ },
    { run: 'get ct', code: 1, stderr: /could not find the requested resource/ },
  ]);
});
