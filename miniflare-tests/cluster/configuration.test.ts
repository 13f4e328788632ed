import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ContainerConfig } from '../../node-agent/runtime/container-runtime.ts';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { type Clients, clientsOf } from './clients.ts';
import { aPod, aService } from './manifests.ts';
import { eventually, untilContainer, untilRunning } from './waits.ts';

const namespace = 'default';
let cluster: TestCluster;
let clients: Clients;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 1 });
  clients = clientsOf(cluster.kubeconfig);
});

afterAll(() => cluster.stop());

/** How the engine was asked to run the Pod's container. */
function configOf(uid: string): ContainerConfig {
  const { runtime } = cluster.nodes[0]!;
  const found = runtime
    .containers()
    .filter(({ labels }) => Object.values(labels).includes(uid))
    .map(({ id }) => runtime.configOf(id))
    .find((config) => config !== undefined && 'sandboxId' in config);
  return found as ContainerConfig;
}

const mounted = (config: ContainerConfig, path: string, file: string) =>
  readFileSync(join(config.mounts.find(({ containerPath }) => containerPath === path)!.hostPath, file), 'utf8');

it('ConfigMaps, Secrets, fields and Services reach the container as environment and files', async () => {
  const { core } = clients;
  await core.createNamespacedService({ namespace, body: aService('redis-master', { ports: [{ port: 6379 }] }) });
  await core.createNamespacedConfigMap({
    namespace,
    body: { metadata: { name: 'settings' }, data: { colour: 'blue', size: '7' } },
  });
  await core.createNamespacedSecret({
    namespace,
    body: { metadata: { name: 'keys' }, stringData: { password: 'hunter2' } },
  });
  const pod = await core.createNamespacedPod({
    namespace,
    body: aPod('configured', {
      labels: { tier: 'front' },
      container: {
        env: [
          { name: 'PLAIN', value: 'text' },
          { name: 'COMPOSED', value: '$(PLAIN)-$(COLOUR)' },
          { name: 'COLOUR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'colour' } } },
          { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'keys', key: 'password' } } },
          { name: 'ABSENT', valueFrom: { configMapKeyRef: { name: 'settings', key: 'none', optional: true } } },
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          { name: 'TIER', valueFrom: { fieldRef: { fieldPath: "metadata.labels['tier']" } } },
        ],
        envFrom: [{ prefix: 'CFG_', configMapRef: { name: 'settings' } }],
        volumeMounts: [
          { name: 'config', mountPath: '/config' },
          { name: 'secret', mountPath: '/secret', readOnly: true },
        ],
      },
      volumes: [
        { name: 'config', configMap: { name: 'settings', items: [{ key: 'colour', path: 'paint/colour.txt' }] } },
        { name: 'secret', secret: { secretName: 'keys' } },
      ],
    }),
  });
  await untilRunning(core, namespace, 'configured');
  const config = configOf(pod.metadata!.uid!);
  expect(config.env).toEqual(
    expect.arrayContaining([
      'PLAIN=text',
      'COLOUR=blue',
      'PASSWORD=hunter2',
      'NODE=node-1',
      'TIER=front',
      'CFG_size=7',
      'REDIS_MASTER_SERVICE_PORT=6379',
    ]),
  );
  expect(config.env.filter((entry) => entry.startsWith('ABSENT='))).toEqual([]);
  expect(config.env.some((entry) => /^REDIS_MASTER_SERVICE_HOST=10\./.test(entry))).toBe(true);
  // As in Kubernetes, a variable sees only those before it.
  expect(config.env).toContain('COMPOSED=text-$(COLOUR)');
  expect(mounted(config, '/config', 'paint/colour.txt')).toBe('blue');
  expect(mounted(config, '/secret', 'password')).toBe('hunter2');

  const settings = await core.readNamespacedConfigMap({ namespace, name: 'settings' });
  await core.replaceNamespacedConfigMap({
    namespace,
    name: 'settings',
    body: { ...settings, data: { colour: 'green' } },
  });
  await eventually('the mounted file follows', () => mounted(config, '/config', 'paint/colour.txt') === 'green');
});

it('a container waits for a ConfigMap that does not exist yet, and says so', async () => {
  const { core } = clients;
  const env = [{ name: 'LATE', valueFrom: { configMapKeyRef: { name: 'late', key: 'key' } } }];
  await core.createNamespacedPod({ namespace, body: aPod('waiting', { container: { env } }) });
  const status = await untilContainer(
    core,
    namespace,
    'waiting',
    ({ state }) => state?.waiting?.reason === 'CreateContainerConfigError',
  );
  expect(status.state?.waiting?.message).toBe('configmap "late" not found');
  await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'late' }, data: { key: 'value' } } });
  await untilRunning(core, namespace, 'waiting');
});
