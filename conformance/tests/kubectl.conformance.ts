import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { images } from '../harness/containers.ts';
import { kinds } from '../harness/kinds.ts';
import { commandLine } from '../harness/kubectl.ts';
import { aController, aDeployment, aPod, isReady, runs } from '../harness/pods.ts';
import { gone } from '../harness/wait.ts';

const image = 'registry.example/app:1';
const otherImage = 'registry.example/app:2';

conforms('Kubectl, check version v1', async (t) => {
  const versions = (await commandLine(t).run(['api-versions'])).trim().split('\n');
  expect(versions).toContain('v1');
});

conforms('Kubectl, version', async (t) => {
  const told = await commandLine(t).run(['version']);
  expect(told).toMatch(/^Client Version: v\d\.\d+\.[\w.+-]+$/m);
  expect(told).toMatch(/^Server Version: v\d\.\d+\.[\w.+-]+$/m);
});

conforms('Kubectl, cluster info', async (t) => {
  const told = await commandLine(t).run(['cluster-info']);
  expect(told).toContain('Kubernetes control plane');
  expect(told).toContain('is running at');
});

conforms('Kubectl, run pod', async (t) => {
  const kubectl = commandLine(t);
  await kubectl.run(['run', 'once', '--restart=Never', `--image=${image}`]);
  const { spec } = await t.resource(kinds.pod).get('once');
  expect(spec).toMatchObject({ restartPolicy: 'Never', containers: [{ name: 'once', image }] });
});

conforms('Kubectl, server-side dry-run Pod', async (t) => {
  const kubectl = commandLine(t);
  await kubectl.run(['run', 'dry', `--image=${image}`, '--labels=run=dry']);
  const patch = JSON.stringify({ spec: { containers: [{ name: 'dry', image: otherImage }] } });
  const told = await kubectl.run(['patch', 'pod', 'dry', '-p', patch, '--dry-run=server', '-o', 'yaml']);
  expect(told).toContain(otherImage);
  expect((await t.resource(kinds.pod).get('dry')).spec.containers).toMatchObject([{ image }]);
  await kubectl.run(['delete', 'pods', 'dry', '--now']);
});

conforms('Kubectl, replace', async (t) => {
  const kubectl = commandLine(t);
  await kubectl.run(['run', 'replaced', `--image=${image}`, '--labels=run=replaced']);
  await runs(t, 'replaced');
  const pod = await kubectl.run(['get', 'pod', 'replaced', '-o', 'json']);
  await kubectl.run(['replace', '-f', '-'], pod.replace(image, otherImage));
  expect((await t.resource(kinds.pod).get('replaced')).spec.containers).toMatchObject([{ image: otherImage }]);
});

conforms('Kubectl, label update', async (t) => {
  const kubectl = commandLine(t);
  await t.resource(kinds.pod).create(aPod('labelled'));
  await runs(t, 'labelled');
  await kubectl.run(['label', 'pods', 'labelled', 'testing-label=testing-label-value']);
  expect(await kubectl.run(['get', 'pod', 'labelled', '-L', 'testing-label'])).toContain('testing-label-value');
  expect(await kubectl.run(['get', 'pod', '-l', 'testing-label=testing-label-value', '-o', 'name'])).toBe(
    'pod/labelled\n',
  );
  await kubectl.run(['label', 'pods', 'labelled', 'testing-label-']);
  expect(await kubectl.run(['get', 'pod', 'labelled', '-L', 'testing-label'])).not.toContain('testing-label-value');
});

conforms('Kubectl, patch to annotate', async (t) => {
  const kubectl = commandLine(t);
  const controller = { apiVersion: 'v1', kind: 'ReplicationController', ...aController('primary', 2) };
  await kubectl.run(['create', '-f', '-'], JSON.stringify(controller));
  const pods = t.resource(kinds.pod);
  const names = await t.eventually('the Pods are there', async () => {
    const { items } = await pods.list();
    return items.length === 2 ? items.map(({ metadata }) => metadata.name) : undefined;
  });
  for (const name of names) {
    await runs(t, name);
    await kubectl.run(['patch', 'pod', name, '-p', '{"metadata":{"annotations":{"x":"y"}}}']);
    expect((await pods.get(name)).metadata.annotations).toMatchObject({ x: 'y' });
  }
});

conforms('Kubectl, proxy port zero', async (t) => {
  const proxy = commandLine(t).start(['proxy', '--port=0', '--disable-filter=true']);
  const said = await firstLine(proxy.stdout!);
  const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1];
  const answer = await fetch(`http://127.0.0.1:${port}/api/`);
  expect(await answer.json()).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
});

conforms('Kubectl, proxy socket', async (t) => {
  const kubectl = commandLine(t);
  const socketPath = join(kubectl.folder, 'proxy');
  const proxy = kubectl.start(['proxy', `--unix-socket=${socketPath}`]);
  expect(await firstLine(proxy.stdout!)).toContain('Starting to serve');
  const answer = await new Promise<string>((resolve, reject) => {
    const asked = request({ socketPath, path: '/api', headers: { host: 'localhost' } }, (response) =>
      resolve(text(response)),
    );
    asked.once('error', reject);
    asked.end();
  });
  expect(JSON.parse(answer)).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
});

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  let said = '';
  for await (const chunk of stream) {
    said += chunk;
    if (said.includes('\n')) return said;
  }
  throw new Error(`it ended after "${said}"`);
}

conforms('Kubectl, create service, replication controller', async (t) => {
  const kubectl = commandLine(t);
  const controller = aController('primary', 1, { container: { ports: [{ containerPort: 6379 }] } });
  await kubectl.run(
    ['create', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'ReplicationController', ...controller }),
  );
  await t.eventually('the Pod runs', async () => {
    const { items } = await t.resource(kinds.pod).list();
    return items.length === 1 && items[0]?.status.podIP;
  });
  const services = t.resource(kinds.service);
  const serves = async (name: string, port: number) => {
    const { spec } = await services.get(name);
    expect(spec.ports).toMatchObject([{ port, targetPort: 6379 }]);
    await t.eventually(`${name} has its endpoint`, async () => {
      const { subsets = [] } = await t.resource(kinds.endpoints).get(name);
      return subsets[0]?.addresses?.length === 1 && subsets[0].ports?.[0]?.port === 6379;
    });
  };
  await kubectl.run(['expose', 'rc', 'primary', '--name=rm2', '--port=1234', '--target-port=6379']);
  await serves('rm2', 1234);
  await kubectl.run(['expose', 'service', 'rm2', '--name=rm3', '--port=2345', '--target-port=6379']);
  await serves('rm3', 2345);
  await kubectl.run(['delete', 'service', 'rm2', 'rm3']);
  await gone('the Endpoints', () => t.resource(kinds.endpoints).get('rm3'));
});

conforms('Kubectl, diff Deployment', async (t) => {
  const kubectl = commandLine(t);
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', ...aDeployment('httpd', 1) };
  await kubectl.run(['create', '-f', '-'], JSON.stringify(deployment));
  const changed = JSON.stringify(deployment).replace(image, otherImage);
  const { code, stdout } = await kubectl.attempt(['diff', '-f', '-'], changed);
  expect(code).toBe(1);
  expect(stdout).toMatch(new RegExp(`^-.*${image}$`, 'm'));
  expect(stdout).toMatch(new RegExp(`^\\+.*${otherImage}$`, 'm'));
});

const running = (t: Conformance, name: string, replicas: number) =>
  t.eventually(`${replicas} Pods of ${name} run`, async () => {
    const { items } = await t.resource(kinds.pod).list({ labelSelector: `name=${name}` });
    return items.length === replicas && items.every(isReady);
  });

const aControllerFile = (name: string, replicas: number) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ReplicationController', ...aController(name, replicas) });

conforms('Kubectl, replication controller', async (t) => {
  const kubectl = commandLine(t);
  await kubectl.run(['create', '-f', '-'], aControllerFile('demo', 2));
  await running(t, 'demo', 2);
  const names = '{{range .items}}{{.metadata.name}} {{end}}';
  const told = await kubectl.run(['get', 'pods', '-o', 'template', `--template=${names}`, '-l', 'name=demo']);
  expect(told.trim().split(' ')).toHaveLength(2);
  await kubectl.run(['delete', '--grace-period=0', '--force', '-f', '-'], aControllerFile('demo', 2));
  await t.eventually('nothing is left', async () => (await t.resource(kinds.pod).list()).items.length === 0);
});

conforms('Kubectl, scale replication controller', async (t) => {
  const kubectl = commandLine(t);
  await kubectl.run(['create', '-f', '-'], aControllerFile('demo', 2));
  await running(t, 'demo', 2);
  for (const replicas of [1, 2]) {
    await kubectl.run(['scale', 'rc', 'demo', `--replicas=${replicas}`, '--timeout=30s']);
    await running(t, 'demo', replicas);
  }
});

conforms('Kubectl, describe pod or rc', async (t) => {
  const kubectl = commandLine(t);
  await kubectl.run(['create', '-f', '-'], aControllerFile('primary', 1));
  await kubectl.run(['expose', 'rc', 'primary', '--port=6379']);
  await running(t, 'primary', 1);
  const [pod] = (await t.resource(kinds.pod).list()).items;
  const { nodeName } = pod!.spec;
  const describes = async (args: string[], wanted: (string | RegExp)[]) => {
    const told = await kubectl.run(['describe', ...args]);
    for (const text of wanted) expect(told).toMatch(typeof text === 'string' ? new RegExp(`^ *${text}`, 'm') : text);
  };
  await describes(
    ['pod', pod!.metadata.name],
    [
      ...['Name: +primary-', 'Namespace:', 'Node:', 'Labels: +name=primary', 'Annotations:', 'Status: +Running', 'IP:'],
      ...['Controlled By: +ReplicationController/primary', 'Image:', 'State: +Running', 'QoS Class: +BestEffort'],
    ],
  );
  await describes(
    ['rc', 'primary'],
    [
      ...['Name: +primary', 'Namespace:', 'Selector: +name=primary', 'Labels:', 'Annotations:'],
      ...['Replicas: +1 current / 1 desired', 'Pods Status: +1 Running / 0 Waiting / 0 Succeeded / 0 Failed'],
      ...['Pod Template:', 'Image:', 'Events:'],
    ],
  );
  await describes(
    ['service', 'primary'],
    [
      'Name: +primary',
      'Namespace:',
      'Labels:',
      'Selector:',
      'Type: +ClusterIP',
      'IP:',
      'Endpoints:',
      'Session Affinity:',
    ],
  );
  await describes(
    ['node', nodeName!],
    [
      ...['Name:', 'Labels:', 'Annotations:', 'CreationTimestamp:', 'Conditions:', 'Type', 'MemoryPressure', 'Ready'],
      ...[
        'Addresses:',
        'Capacity:',
        'Version|System Info:',
        'Kubelet Version:',
        'Non-terminated Pods:',
        'Allocated resources:',
      ],
    ],
  );
  await describes(['namespace', t.namespace], [`Name: +${t.namespace}`, 'Labels:', 'Annotations:', 'Status: +Active']);
});

conforms('Kubectl, logs', async (t) => {
  const kubectl = commandLine(t);
  await kubectl.run(['run', 'writer', `--image=${images.writes}`]);
  await runs(t, 'writer');
  const logs = (...args: string[]) => kubectl.run(['logs', 'writer', 'writer', ...args]);
  expect((await logs()).trim().split('\n')).toHaveLength(100);
  expect(await logs('--tail=1')).toBe('line 99\n');
  expect(await logs('--limit-bytes=1')).toHaveLength(1);
  const [line, ...rest] = (await logs('--tail=1', '--timestamps')).trim().split('\n');
  expect(rest).toEqual([]);
  const [time, ...words] = (line ?? '').split(' ');
  expect(Number.isNaN(Date.parse(time ?? ''))).toBe(false);
  expect(words).toEqual(['line', '99']);
  expect((await logs('--since=24h')).trim().split('\n')).toHaveLength(100);
  await t.eventually('the lines are older than a second', async () => (await logs('--since=1s')) === '');
});
