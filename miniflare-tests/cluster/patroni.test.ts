import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DiscoveryV1Api } from '@kubernetes/client-node';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { kubeconfigFor } from '../../cli/kubeconfig.ts';
import { eventually } from '../../e2e/lab/wait.ts';
import { patroni } from '../../scripts/system-packages.ts';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { clientsOf } from './clients.ts';
import { createKubectl } from './kubectl.ts';
import { ttl } from './patroni/configuration.ts';
import { PatroniMembers } from './patroni/members.ts';

const namespace = 'patroni';
interface Candidate {
  name: string;
  podIP: string;
}
const p0: Candidate = { name: 'p0', podIP: '10.1.2.3' };
const p1: Candidate = { name: 'p1', podIP: '10.1.2.4' };

const installed = Object.keys(patroni).every((file) => existsSync(file));

it.skipIf(!installed)(
  'Patroni: a leader by Endpoints, a replica, a switchover, and a leader that is gone',
  async () => {
    const cluster = await startCluster();
    onTestFinished(() => cluster.stop());
    const members = new PatroniMembers(await kubeconfigOfAccount(cluster));
    onTestFinished(() => members.end());
    await journey(cluster, members).catch((error: Error) => {
      throw new Error(`${error.message}\n${members.lastWords()}`, { cause: error });
    });
  },
  120_000,
);

/** With the rights that Patroni asks for, and no more. */
async function kubeconfigOfAccount({ kubeconfigPath, url, ca }: TestCluster): Promise<string> {
  const kubectl = createKubectl(kubeconfigPath);
  const run = async (args: string[], input?: string) => {
    const { code, stdout, stderr } = await kubectl(args, { input });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.trim();
  };
  await run(['create', 'namespace', namespace]);
  const manifest = readFileSync(join(import.meta.dirname, 'patroni/manifest.yaml'), 'utf8');
  await run(['apply', '-n', namespace, '-f', '-'], manifest);
  const token = await run(['create', 'token', 'patroni', '-n', namespace]);
  return stringify(kubeconfigFor({ name: 'default', server: url, ca, token }));
}

async function journey(cluster: TestCluster, members: PatroniMembers): Promise<void> {
  const { config, core } = clientsOf(cluster.kubeconfig);
  const endpoints = (name: string) => core.readNamespacedEndpoints({ namespace, name });
  const untilPod = ({ name }: Candidate, role: string) =>
    eventually(
      `the Pod ${name} is labelled ${role}`,
      async () => (await core.readNamespacedPod({ namespace, name })).metadata?.labels?.role === role,
      30_000,
    );
  const untilLed = untilLedIn(cluster);
  const context = config.getCurrentContext();

  await members.start({ ...p0, namespace, context });
  expect(await untilLed(p0, 30_000)).toMatchObject({ ttl: `${ttl}`, transitions: '0' });
  await untilPod(p0, 'master');
  const { metadata } = await endpoints('demo-config');
  expect(metadata?.annotations).toMatchObject({ initialize: expect.stringMatching(/^\d+$/) });
  expect((await core.readNamespacedService({ namespace, name: 'demo-config' })).spec?.clusterIP).toBe('None');

  await members.start({ ...p1, namespace, context });
  await untilPod(p1, 'replica');
  const list = 'list -f json'.split(' ');
  expect(JSON.parse(await members.ctl('p0', list))).toMatchObject([
    { Member: 'p0', Role: 'Leader', State: 'running' },
    { Member: 'p1', Role: 'Replica', State: expect.stringMatching(/running|streaming/) },
  ]);

  await members.ctl('p0', 'switchover --master p0 --candidate p1 --force'.split(' '));
  expect(await untilLed(p1, 15_000)).toMatchObject({ transitions: '1' });
  await untilPod(p0, 'replica');

  members.crash('p1');
  expect(await untilLed(p0, (ttl + 20) * 1000)).toMatchObject({ transitions: '2' });
  await untilPod(p0, 'master');
}

/** Waits until somebody leads by all that is to be seen of it in the cluster; returns the lock: annotations of Endpoints. */
function untilLedIn(cluster: TestCluster) {
  const { config, core } = clientsOf(cluster.kubeconfig);
  const discovery = config.makeApiClient(DiscoveryV1Api);
  const labelSelector = 'kubernetes.io/service-name=demo';
  return ({ name, podIP }: Candidate, withinMs: number) =>
    eventually(
      `${name} leads`,
      async () => {
        const { metadata, subsets } = await core.readNamespacedEndpoints({ namespace, name: 'demo' });
        expect(metadata?.annotations?.leader).toBe(name);
        expect(subsets).toMatchObject([
          {
            addresses: [{ ip: podIP, targetRef: { kind: 'Pod', name } }],
            ports: [{ name: 'postgresql', port: 5432, protocol: 'TCP' }],
          },
        ]);
        // What nodes go by: the Service leads to the leader.
        const { items } = await discovery.listNamespacedEndpointSlice({ namespace, labelSelector });
        expect(items.flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ addresses }) => addresses))).toEqual([
          podIP,
        ]);
        return metadata?.annotations;
      },
      withinMs,
    );
}
