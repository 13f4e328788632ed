import { PassThrough } from 'node:stream';
import { Log } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ContainerBehaviour } from '../../node-agent/runtime/memory-runtime.ts';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { type Clients, clientsOf } from './clients.ts';
import { aPod } from './manifests.ts';
import { eventually, untilContainer, untilEvent, untilGone, untilPod, untilRunning } from './waits.ts';

/** What a container does, by its command. */
const programs: Readonly<Record<string, ContainerBehaviour>> = {
  fail: { exitCode: 3, logs: ['about to fail'] },
  succeed: { exitCode: 0, logs: ['done'] },
  talk: { logs: ['first', 'second', 'third'] },
  missing: {
    startError: 'OCI runtime create failed: exec: "missing": executable file not found in $PATH: unknown',
  },
  stubborn: { ignoresStop: true },
};

const namespace = 'default';
let cluster: TestCluster;
let clients: Clients;

beforeAll(async () => {
  cluster = await startCluster({
    nodes: [
      {
        behave: ({ command }) => programs[command?.[0] ?? ''],
        images: (image) => (image.includes('absent') ? 'absent' : image.includes('remote') ? 'pullable' : 'present'),
      },
    ],
  });
  clients = clientsOf(cluster.kubeconfig);
});

afterAll(() => cluster.stop());

const create = (...args: Parameters<typeof aPod>) =>
  clients.core.createNamespacedPod({ namespace, body: aPod(...args) });

it('a container that fails is restarted at once, then backed off from, and its last run can be looked at', async () => {
  const { core } = clients;
  await create('failing', { container: { command: ['fail'] } });
  const status = await untilContainer(
    core,
    namespace,
    'failing',
    ({ state, restartCount }) => restartCount >= 1 && state?.waiting?.reason === 'CrashLoopBackOff',
  );
  expect(status.state?.waiting?.message).toMatch(
    /^back-off 10s restarting failed container=main pod=failing_default\(/,
  );
  expect(status.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
  const pod = await core.readNamespacedPod({ namespace, name: 'failing' });
  expect(pod.status?.phase).toBe('Running');
  const event = await untilEvent(core, namespace, 'failing', 'BackOff');
  expect(event).toMatchObject({
    type: 'Warning',
    message: expect.stringContaining('Back-off restarting failed container main in pod failing_default'),
  });
  expect(await core.readNamespacedPodLog({ namespace, name: 'failing', previous: true })).toBe('about to fail\n');
});

it.each([
  ['Never', 'fail', 'Failed', 'Error', 3],
  ['Never', 'succeed', 'Succeeded', 'Completed', 0],
  ['OnFailure', 'succeed', 'Succeeded', 'Completed', 0],
])(
  'restartPolicy %s: a container that runs `%s` leaves the Pod %s',
  async (restartPolicy, program, phase, reason, exitCode) => {
    const name = `${restartPolicy}-${program}`.toLowerCase();
    await create(name, { restartPolicy, container: { command: [program] } });
    const pod = await untilPod(clients.core, namespace, name, `is ${phase}`, ({ status }) => status?.phase === phase);
    expect(pod.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ reason, exitCode });
    expect(pod.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  },
);

it('an image that does not exist: ErrImagePull, then ImagePullBackOff, with events', async () => {
  const { core } = clients;
  await create('no-image', { container: { image: 'registry.example/absent:1' } });
  const failed = await untilContainer(core, namespace, 'no-image', ({ state }) =>
    ['ErrImagePull', 'ImagePullBackOff'].includes(state?.waiting?.reason ?? ''),
  );
  expect(failed.state?.waiting?.message).toContain('registry.example/absent:1');
  await untilContainer(core, namespace, 'no-image', ({ state }) => state?.waiting?.reason === 'ImagePullBackOff');
  const pod = await core.readNamespacedPod({ namespace, name: 'no-image' });
  expect(pod.status?.phase).toBe('Pending');
  const { items } = await core.listNamespacedEvent({ namespace, fieldSelector: 'involvedObject.name=no-image' });
  const told = items.map(({ reason, message }) => `${reason}: ${message}`);
  expect(told).toEqual(
    expect.arrayContaining([
      'Pulling: Pulling image "registry.example/absent:1"',
      'Failed: Error: ErrImagePull',
      'BackOff: Back-off pulling image "registry.example/absent:1"',
      'Failed: Error: ImagePullBackOff',
    ]),
  );
});

it('an image that has to be pulled is pulled, unless the policy says never', async () => {
  const { core } = clients;
  await create('pulled', { container: { image: 'registry.example/remote:1' } });
  await untilRunning(core, namespace, 'pulled');
  await untilEvent(core, namespace, 'pulled', 'Pulled');
  await create('never', { container: { image: 'registry.example/remote:2', imagePullPolicy: 'Never' } });
  const status = await untilContainer(
    core,
    namespace,
    'never',
    ({ state }) => state?.waiting?.reason === 'ErrImageNeverPull',
  );
  expect(status.state?.waiting?.message).toBe(
    'Container image "registry.example/remote:2" is not present with pull policy of Never',
  );
});

it('a command that cannot start says so', async () => {
  const { core } = clients;
  await create('no-command', { container: { command: ['missing'] } });
  const status = await untilContainer(
    core,
    namespace,
    'no-command',
    ({ state, lastState }) =>
      (state?.terminated ?? lastState?.terminated)?.reason === 'ContainerCannotRun' ||
      state?.waiting?.reason === 'RunContainerError' ||
      lastState?.terminated?.reason === 'StartError',
  );
  expect(JSON.stringify(status)).toContain('executable file not found in $PATH');
  await untilEvent(core, namespace, 'no-command', 'Failed');
});

it('logs: whole, the tail of them, with time stamps, of a missing container, followed to the end', async () => {
  const { core, config } = clients;
  const pod = await create('talking', { container: { command: ['talk'] } });
  await untilRunning(core, namespace, 'talking');
  const name = 'talking';
  expect(await core.readNamespacedPodLog({ namespace, name })).toBe('first\nsecond\nthird\n');
  expect(await core.readNamespacedPodLog({ namespace, name, tailLines: 2 })).toBe('second\nthird\n');
  expect(await core.readNamespacedPodLog({ namespace, name, limitBytes: 3 })).toBe('fir');
  expect(await core.readNamespacedPodLog({ namespace, name, timestamps: true, tailLines: 1 })).toMatch(
    /^\d{4}-\d\d-\d\dT[\d:.]+Z third\n$/,
  );
  await expect(core.readNamespacedPodLog({ namespace, name, container: 'other' })).rejects.toMatchObject({
    code: 400,
    body: expect.stringContaining('container other is not valid for pod talking'),
  });
  await expect(core.readNamespacedPodLog({ namespace, name, previous: true })).rejects.toMatchObject({
    code: 400,
    body: expect.stringContaining('previous terminated container \\"main\\" in pod \\"talking\\" not found'),
  });

  const output = new PassThrough();
  let text = '';
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise((resolve) => output.once('finish', resolve));
  await new Log(config).log(namespace, name, 'main', output, { follow: true, tailLines: 1 });
  await eventually('the tail arrives', () => text === 'third\n');
  const [container] = cluster.nodes[0]!.runtime.containers().filter(
    ({ labels, image }) => image !== 'pause' && Object.values(labels).includes(pod.metadata!.uid!),
  );
  cluster.nodes[0]!.runtime.exit(container!.id, 0);
  await ended;
});

it('a Pod is terminated gracefully, and one that does not listen is killed when its grace is over', async () => {
  const { core } = clients;
  await create('polite');
  await create('stubborn', { container: { command: ['stubborn'] }, terminationGracePeriodSeconds: 1 });
  await untilRunning(core, namespace, 'polite');
  await untilRunning(core, namespace, 'stubborn');
  const deleted = await core.deleteNamespacedPod({ namespace, name: 'polite' });
  expect(deleted.metadata).toMatchObject({ deletionGracePeriodSeconds: 30, deletionTimestamp: expect.anything() });
  await untilGone('polite', () => core.readNamespacedPod({ namespace, name: 'polite' }));
  const startedAt = Date.now();
  await core.deleteNamespacedPod({ namespace, name: 'stubborn' });
  await untilGone('stubborn', () => core.readNamespacedPod({ namespace, name: 'stubborn' }));
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(900);
  const { items } = await core.listNamespacedEvent({ namespace, fieldSelector: 'reason=Killing' });
  expect(items.map(({ involvedObject }) => involvedObject.name)).toEqual(
    expect.arrayContaining(['polite', 'stubborn']),
  );
});
