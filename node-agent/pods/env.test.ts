import { expect, test } from 'vitest';
import type { ConfigMap, Secret, Service } from '../../shared/api/object.ts';
import { aPod } from '../testing/pods.ts';
import { containerEnvironment } from './env.ts';
import { expand } from './expansion.ts';
import { serviceEnvironment } from './service-env.ts';

const service = (name: string, namespace: string, spec: object) =>
  ({ metadata: { name, namespace }, spec }) as unknown as Service;

const services = [
  service('kubernetes', 'default', { clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443 }] }),
  service('redis-master', 'shop', { clusterIP: '10.96.0.9', ports: [{ port: 6379, protocol: 'TCP' }] }),
  service('headless', 'shop', { clusterIP: 'None', ports: [{ port: 1 }] }),
  service('other', 'elsewhere', { clusterIP: '10.96.0.8', ports: [{ port: 2 }] }),
];

test.each([
  ['$(NAME) and $(NAME)', 'x and x'],
  ['$$(NAME)', '$(NAME)'],
  ['$(MISSING)', '$(MISSING)'],
  ['$NAME $', '$NAME $'],
  ['$$$(NAME)', '$x'],
  ['$(NAME', '$(NAME'],
])('%s expands to %s', (text, expected) => {
  expect(expand(text, (name) => (name === 'NAME' ? 'x' : undefined))).toBe(expected);
});

test('Services of the namespace, and the API server’s, become variables', () => {
  const env = Object.fromEntries(serviceEnvironment(services, { namespace: 'shop', enableServiceLinks: true }));
  expect(env).toEqual({
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
    KUBERNETES_SERVICE_PORT: '443',
    KUBERNETES_SERVICE_PORT_HTTPS: '443',
    KUBERNETES_PORT: 'tcp://10.96.0.1:443',
    KUBERNETES_PORT_443_TCP: 'tcp://10.96.0.1:443',
    KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
    KUBERNETES_PORT_443_TCP_PORT: '443',
    KUBERNETES_PORT_443_TCP_ADDR: '10.96.0.1',
    REDIS_MASTER_SERVICE_HOST: '10.96.0.9',
    REDIS_MASTER_SERVICE_PORT: '6379',
    REDIS_MASTER_PORT: 'tcp://10.96.0.9:6379',
    REDIS_MASTER_PORT_6379_TCP: 'tcp://10.96.0.9:6379',
    REDIS_MASTER_PORT_6379_TCP_PROTO: 'tcp',
    REDIS_MASTER_PORT_6379_TCP_PORT: '6379',
    REDIS_MASTER_PORT_6379_TCP_ADDR: '10.96.0.9',
  });
  const unlinked = serviceEnvironment(services, { namespace: 'shop', enableServiceLinks: false });
  expect([...unlinked.keys()].every((name) => name.startsWith('KUBERNETES_'))).toBe(true);
});

const cluster = {
  configMap: (_namespace: string, name: string) =>
    name === 'settings' ? ({ metadata: {}, data: { color: 'blue', size: 'XL' } } as ConfigMap) : undefined,
  secret: (_namespace: string, name: string) =>
    name === 'key' ? ({ metadata: {}, data: { pin: btoa('1234') } } as unknown as Secret) : undefined,
  services: () => services,
};
const facts = {
  nodeIP: '192.0.2.1',
  podIP: '10.244.0.7',
  resources: { cpuMillis: 4000, memoryBytes: 2 ** 31, allocatableMemoryBytes: 2 ** 30 },
};

function environment(container: object) {
  const pod = aPod({}, { namespace: 'shop', labels: { app: 'web' } });
  return containerEnvironment({ pod, container: { name: 'main', ...container }, cluster, facts });
}

test('variables come from everywhere, and the container’s own win', () => {
  const env = environment({
    resources: { limits: { memory: '64Mi' } },
    envFrom: [
      { configMapRef: { name: 'settings' }, prefix: 'CFG_' },
      { secretRef: { name: 'absent', optional: true } },
    ],
    env: [
      { name: 'REDIS_MASTER_SERVICE_PORT', value: '1' },
      { name: 'URL', value: 'redis://$(REDIS_MASTER_SERVICE_HOST):$(REDIS_MASTER_SERVICE_PORT)' },
      { name: 'PIN', valueFrom: { secretKeyRef: { name: 'key', key: 'pin' } } },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
      { name: 'CPUS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      { name: 'NOTHING', valueFrom: { configMapKeyRef: { name: 'settings', key: 'none', optional: true } } },
    ],
  });
  expect(Object.fromEntries(env)).toMatchObject({
    CFG_color: 'blue',
    CFG_size: 'XL',
    URL: 'redis://10.96.0.9:1',
    PIN: '1234',
    IP: '10.244.0.7',
    APP: 'web',
    MEMORY: '64',
    CPUS: '4',
  });
  expect(env.has('NOTHING')).toBe(false);
});

test.each([
  [{ configMapKeyRef: { name: 'absent', key: 'a' } }, 'configmap "absent" not found'],
  [{ configMapKeyRef: { name: 'settings', key: 'a' } }, "couldn't find key a in ConfigMap shop/settings"],
  [{ secretKeyRef: { name: 'key', key: 'a' } }, "couldn't find key a in Secret shop/key"],
])('what is missing is named: %j', (valueFrom, message) => {
  expect(() => environment({ env: [{ name: 'X', valueFrom }] })).toThrow(message);
});
