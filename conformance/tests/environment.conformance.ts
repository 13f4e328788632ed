import { isIP } from 'node:net';
import type { V1EnvFromSource, V1EnvVar, V1EnvVarSource } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { parseQuantity, quantityValue } from '../../shared/api/quantity.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { tell } from '../harness/containers.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod, runs } from '../harness/pods.ts';

const data = { 'data-1': 'value-1', 'data-2': 'value-2', 'data-3': 'value-3' };
const encoded = Object.fromEntries(
  Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
);

/** The same data in a ConfigMap and in a Secret. */
const holders = {
  configMap: {
    make: (t: Conformance) => t.resource(kinds.configMap).create({ metadata: { name: 'held' }, data }),
    key: { configMapKeyRef: { name: 'held', key: 'data-1' } },
    all: { configMapRef: { name: 'held' } },
  },
  secret: {
    make: (t: Conformance) => t.resource(kinds.secret).create({ metadata: { name: 'held' }, data: encoded }),
    key: { secretKeyRef: { name: 'held', key: 'data-1' } },
    all: { secretRef: { name: 'held' } },
  },
} satisfies Record<string, { make: unknown; key: V1EnvVarSource; all: V1EnvFromSource }>;

const rowsOf = {
  configMap: [
    'ConfigMap, from environment field',
    'ConfigMap, from environment variables',
    'ConfigMap, from environment field with various prefixes',
  ],
  secret: [
    'Secrets, pod environment field',
    'Secrets, pod environment from source',
    { name: 'Secrets, pod environment from source', case: 'prefixes' },
  ],
} as const;

for (const kind of ['configMap', 'secret'] as const) {
  const { make, key, all } = holders[kind];
  const [field, source, prefixed] = rowsOf[kind];

  conforms(field, async (t) => {
    await make(t);
    const { env } = await tell(t, { env: [{ name: 'HELD_DATA_1', valueFrom: key }] });
    expect(env).toMatchObject({ HELD_DATA_1: 'value-1' });
  });

  conforms(source, async (t) => {
    await make(t);
    const { env } = await tell(t, { envFrom: [all, { prefix: 'p-', ...all }] });
    expect(env).toMatchObject({ ...data, ...withPrefix('p-') });
  });

  conforms(prefixed, async (t) => {
    await make(t);
    const prefixes = ['1-', '$_-', 'ABC_', '#@!'];
    const { env } = await tell(t, { envFrom: [all, ...prefixes.map((prefix) => ({ prefix, ...all }))] });
    expect(env).toMatchObject(Object.assign({ ...data }, ...prefixes.map(withPrefix)));
  });
}

function withPrefix(prefix: string): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [prefix + key, value]));
}

/** Variables by the field of the Pod that they show. */
const fields = (byName: Record<string, string>) =>
  Object.entries(byName).map(([name, fieldPath]) => ({
    name,
    valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } },
  }));

const amounts = ['limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'].map((resource) => ({
  name: resource,
  valueFrom: { resourceFieldRef: { resource } },
}));

conforms('DownwardAPI, environment for name, namespace and ip', async (t) => {
  const env = fields({ NAME: 'metadata.name', NAMESPACE: 'metadata.namespace', IP: 'status.podIP' });
  const told = await tell(t, { env });
  expect(told.env).toMatchObject({ NAME: told.name, NAMESPACE: t.namespace });
  expect(isIP(told.env.IP ?? '')).toBe(4);
});

conforms('DownwardAPI, environment for host ip', async (t) => {
  const { env, name } = await tell(t, { env: fields({ HOST_IP: 'status.hostIP' }) });
  expect(env.HOST_IP).toBe((await t.resource(kinds.pod).get(name)).status.hostIP);
  expect(isIP(env.HOST_IP ?? '')).toBe(4);
});

conforms('DownwardAPI, environment for hostIPs', async (t) => {
  const { env, name } = await tell(t, { env: fields({ HOST_IPS: 'status.hostIPs' }) });
  const { hostIPs } = (await t.resource(kinds.pod).get(name)).status;
  expect(env.HOST_IPS).toBe(hostIPs?.map(({ ip }) => ip).join(','));
});

conforms('DownwardAPI, environment for Pod UID', async (t) => {
  const { env, name } = await tell(t, { env: fields({ POD_UID: 'metadata.uid' }) });
  expect(env.POD_UID).toBe((await t.resource(kinds.pod).get(name)).metadata.uid);
});

conforms('DownwardAPI, environment for CPU and memory limits and requests', async (t) => {
  const resources = { requests: { cpu: '250m', memory: '32Mi' }, limits: { cpu: '1250m', memory: '64Mi' } };
  const { env } = await tell(t, { env: amounts, resources });
  expect(env).toMatchObject({
    'limits.cpu': '2',
    'limits.memory': '67108864',
    'requests.cpu': '1',
    'requests.memory': '33554432',
  });
});

conforms('DownwardAPI, environment for default CPU and memory limits and requests', async (t) => {
  const { env, name } = await tell(t, { env: amounts.slice(0, 2) });
  const { nodeName } = (await t.resource(kinds.pod).get(name)).spec;
  const { allocatable } = (await t.resource(kinds.node).get(nodeName ?? '')).status;
  expect(env['limits.cpu']).toBe(allocatable?.cpu);
  expect(env['limits.memory']).toBe(String(quantityValue(parseQuantity(allocatable?.memory ?? ''))));
});

conforms('Environment variables, expansion', async (t) => {
  const env = [
    { name: 'FOO', value: 'foo-value' },
    { name: 'BAR', value: 'bar-value' },
    { name: 'FOOBAR', value: '$(FOO);;$(BAR)' },
  ];
  expect((await tell(t, { env })).env).toMatchObject({ FOOBAR: 'foo-value;;bar-value' });
});

const testVariable = [{ name: 'TEST_VAR', value: 'test-value' }];

conforms('Environment variables, command expansion', async (t) => {
  const text = 'TEST_VAR=wrong echo "$(TEST_VAR)" $(NOPE) $$(TEST_VAR)';
  const { command } = await tell(t, { env: testVariable, command: ['sh', '-c', text] });
  expect(command).toEqual(['sh', '-c', 'TEST_VAR=wrong echo "test-value" $(NOPE) $(TEST_VAR)']);
});

conforms('Environment variables, command argument expansion', async (t) => {
  const { args } = await tell(t, { env: testVariable, command: ['sh', '-c'], args: ['echo "$(TEST_VAR)"'] });
  expect(args).toEqual(['echo "test-value"']);
});

conforms('Pods, service environment variables', async (t) => {
  await t.resource(kinds.pod).create(aPod('server', { labels: { name: 'server' } }));
  await runs(t, 'server');
  const spec = { selector: { name: 'server' }, ports: [{ port: 8765, targetPort: 8080 }] };
  const service = await t.resource(kinds.service).create({ metadata: { name: 'fooservice' }, spec });
  const { env } = await tell(t, {});
  const address = service.spec.clusterIP;
  expect(env).toMatchObject({
    FOOSERVICE_SERVICE_HOST: address,
    FOOSERVICE_SERVICE_PORT: '8765',
    FOOSERVICE_PORT: `tcp://${address}:8765`,
    FOOSERVICE_PORT_8765_TCP: `tcp://${address}:8765`,
    FOOSERVICE_PORT_8765_TCP_PROTO: 'tcp',
    FOOSERVICE_PORT_8765_TCP_PORT: '8765',
    FOOSERVICE_PORT_8765_TCP_ADDR: address,
  });
});

/** A Pod whose container mounts a part of a volume, named by a variable. */
const withSubpath = (name: string, env: V1EnvVar[], subPathExpr: string) =>
  aPod(name, {
    container: { env, volumeMounts: [{ name: 'workdir', mountPath: '/logs', subPathExpr }] },
    volumes: [{ name: 'workdir', emptyDir: {} }],
  });

/** Resolves with the message of a container that is not made. */
const isRefused = (t: Conformance, name: string) =>
  t.eventually(`the container of ${name} is refused`, async () => {
    const { phase, containerStatuses } = (await t.resource(kinds.pod).get(name)).status;
    const waiting = containerStatuses?.[0]?.state?.waiting;
    return phase === 'Pending' && waiting?.reason === 'CreateContainerConfigError' && waiting.message;
  });

conforms('VolumeSubpathEnvExpansion, subpath with backticks', async (t) => {
  const env = [{ name: 'POD_NAME', value: '..' }];
  await t.resource(kinds.pod).create(withSubpath('outside', env, '$(POD_NAME)'));
  expect(await isRefused(t, 'outside')).toBe("unable to provision SubPath `..`: must not contain '..'");
});

conforms('VolumeSubpathEnvExpansion, subpath with absolute path', async (t) => {
  const env = [{ name: 'POD_NAME', value: '/tmp' }];
  await t.resource(kinds.pod).create(withSubpath('absolute', env, '$(POD_NAME)'));
  expect(await isRefused(t, 'absolute')).toBe('error SubPath `/tmp` must not be an absolute path');
});

conforms('VolumeSubpathEnvExpansion, subpath ready from failed state', async (t) => {
  const fieldRef = { apiVersion: 'v1', fieldPath: "metadata.annotations['mysubpath']" };
  const env = [
    { name: 'POD_NAME', value: 'foo' },
    { name: 'ANNOTATION', valueFrom: { fieldRef } },
  ];
  await t.resource(kinds.pod).create(withSubpath('later', env, '$(ANNOTATION)/$(POD_NAME)'));
  expect(await isRefused(t, 'later')).toBe('missing value for ANNOTATION');
  await t.resource(kinds.pod).patch('later', { metadata: { annotations: { mysubpath: 'mypath' } } });
  await runs(t, 'later');
});
