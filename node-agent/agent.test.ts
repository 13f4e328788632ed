import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NodeCondition, Pod } from '../shared/api/object.ts';
import { type Clock, systemClock } from './clock.ts';
import { createMemoryRuntime, type MemoryRuntime, type MemoryRuntimeOptions } from './runtime/memory-runtime.ts';
import { type ControlPlaneEnd, startControlPlaneEnd } from './testing/control-plane-end.ts';
import { createMemoryAgent, type MemoryAgent, type MemoryAgentOptions } from './testing/memory-agent.ts';
import { aPod, asObject, eventually } from './testing/pods.ts';

let end: ControlPlaneEnd;
let dataDir: string;
let agents: MemoryAgent[];

beforeEach(async () => {
  end = await startControlPlaneEnd();
  dataDir = await mkdtemp(join(tmpdir(), 'fairlead-agent-test-'));
  agents = [];
});

afterEach(async () => {
  for (const agent of agents) await agent.stop();
  await end.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function startAgent(
  runtime: MemoryRuntime = createMemoryRuntime(),
  deps: MemoryAgentOptions['deps'] = {},
): Promise<MemoryAgent> {
  const agent = await createMemoryAgent({
    server: end.url,
    credential: 'c',
    nodeName: 'node-1',
    runtime,
    dataDir,
    deps,
  });
  agents.push(agent);
  await agent.start();
  return agent;
}

const engine = (options: MemoryRuntimeOptions = {}) => createMemoryRuntime(options);
const add = (...pods: Pod[]) =>
  end.apply(...pods.map((pod) => ({ type: 'ADDED' as const, resource: 'pods', object: asObject(pod) })));
const phase = (pod: Pod, wanted: string) =>
  eventually(() => end.status(pod.metadata.name!)?.phase === wanted, {
    what: () => `${wanted} for ${JSON.stringify(end.status(pod.metadata.name!))}`,
  });
const containersOf = (runtime: MemoryRuntime, name = 'main') =>
  runtime.containers().filter(({ labels }) => labels['io.kubernetes.container.name'] === name);

describe('a Pod', () => {
  test('runs, is reported ready with an address of the node’s range, and leaves nothing behind', async () => {
    const { runtime } = await startAgent();
    const pod = aPod();
    add(pod);
    await phase(pod, 'Running');
    const status = end.status(pod.metadata.name!)!;
    expect(status.podIP).toMatch(/^10\.244\.0\./);
    expect(status.hostIP).toBe('127.0.0.1');
    expect(Object.fromEntries(status.conditions!.map(({ type, status }) => [type, status]))).toEqual({
      PodReadyToStartContainers: 'True',
      Initialized: 'True',
      Ready: 'True',
      ContainersReady: 'True',
      PodScheduled: 'True',
    });
    end.deletePod(pod.metadata.name!);
    await eventually(() => !end.pod(pod.metadata.name!), { what: () => 'the end of the Pod' });
    expect(runtime.containers()).toEqual([]);
    await expect(readFile(join(dataDir, 'pods', pod.metadata.uid!, 'etc-hosts'))).rejects.toThrow(/ENOENT/);
    const last = end.reports.flatMap(({ podStatuses = [] }) => podStatuses).at(-1)!.status as Pod['status'];
    expect(last!.containerStatuses![0]!.state!.terminated).toMatchObject({ exitCode: 143, reason: 'Error' });
    expect(end.eventsOf(pod.metadata.name!).map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      'Pulled: Container image "app" already present on machine',
      'Created: Created container: main',
      'Started: Started container main',
      'Killing: Stopping container main',
    ]);
  });

  test('costs two writes: that it runs, and how it ended', async () => {
    await startAgent();
    const pod = aPod();
    add(pod);
    await phase(pod, 'Running');
    end.deletePod(pod.metadata.name!);
    await eventually(() => !end.pod(pod.metadata.name!));
    const about = end.reports.filter(({ podStatuses, podsRemoved }) => podStatuses || podsRemoved);
    expect(about.map(({ podStatuses, podsRemoved }) => [podStatuses?.length, podsRemoved?.length])).toEqual([
      [1, undefined],
      [1, 1],
    ]);
  });

  test('that others have called unready is ready again by the word of its node', async () => {
    const agent = await startAgent();
    const pod = aPod();
    add(pod);
    await phase(pod, 'Running');
    await eventually(() => agent.isReported());
    end.disconnect({ refuse: true });
    const stored = structuredClone(end.pod(pod.metadata.name!)!);
    for (const condition of stored.status!.conditions!) if (condition.type === 'Ready') condition.status = 'False';
    end.apply({ type: 'MODIFIED', resource: 'pods', object: asObject(stored) });
    end.accept();
    const ready = () => end.status(pod.metadata.name!)!.conditions!.find(({ type }) => type === 'Ready')?.status;
    expect(ready()).toBe('False');
    await eventually(() => ready() === 'True');
  });

  test('whose liveness probe fails is restarted; one that is not ready says so', async () => {
    const exec = (command: string[]) => ({ exitCode: command[0] === 'fail' ? 1 : 0, output: 'no good' });
    await startAgent(engine({ behave: () => ({ exec }) }));
    const probe = (word: string) => ({ exec: { command: [word] }, periodSeconds: 1, failureThreshold: 1 });
    const pod = aPod({
      containers: [
        { name: 'main', image: 'app', livenessProbe: probe('fail') },
        { name: 'unready', image: 'app', readinessProbe: probe('fail') },
      ],
    });
    add(pod);
    const name = pod.metadata.name!;
    await eventually(() => (end.status(name)?.containerStatuses?.[0]?.restartCount ?? 0) >= 1);
    expect(end.status(name)?.conditions?.find(({ type }) => type === 'ContainersReady')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
    });
    const messages = () => end.eventsOf(name).map(({ message }) => message);
    await eventually(() => messages().includes('Container main failed liveness probe, will be restarted'));
    expect(messages()).toContain('Liveness probe failed: no good');
    expect(messages()).toContain('Readiness probe failed: no good');
  });

  test('has its hooks run: one after its start, one before its end', async () => {
    const order: string[] = [];
    const exec = (command: string[]) => {
      order.push(command[0]!);
      return { exitCode: 0, output: '' };
    };
    const { runtime } = await startAgent(engine({ behave: () => ({ exec }) }));
    const lifecycle = { postStart: { exec: { command: ['hello'] } }, preStop: { exec: { command: ['goodbye'] } } };
    const failing = { postStart: { httpGet: { port: 1 as never, host: '127.0.0.1' } } };
    const pod = aPod({ containers: [{ name: 'main', image: 'app', lifecycle }] });
    const bad = aPod({ containers: [{ name: 'main', image: 'app', lifecycle: failing }] });
    add(pod, bad);
    await eventually(() => end.status(pod.metadata.name!)?.containerStatuses?.[0]?.ready);
    expect(order).toEqual(['hello']);
    end.deletePod(pod.metadata.name!);
    await eventually(() => !end.pod(pod.metadata.name!));
    expect(order).toEqual(['hello', 'goodbye']);
    await eventually(() => end.eventsOf(bad.metadata.name!).some(({ reason }) => reason === 'FailedPostStartHook'));
    await eventually(() =>
      containersOf(runtime).some(({ labels }) => labels['io.kubernetes.container.restartCount'] === '1'),
    );
  });

  test('runs its init containers one after the other, then its containers, and succeeds', async () => {
    const order: string[] = [];
    const runtime = engine({
      behave: ({ labels }) => {
        order.push(labels['io.kubernetes.container.name']!);
        return { exitCode: 0, afterMs: 5 };
      },
    });
    await startAgent(runtime);
    const initContainers = ['first', 'second'].map((name) => ({ name, image: 'app' }));
    const pod = aPod({ restartPolicy: 'Never', initContainers });
    add(pod);
    await phase(pod, 'Succeeded');
    expect(order).toEqual(['first', 'second', 'main']);
    const conditions = end.status(pod.metadata.name!)!.conditions!;
    expect(conditions.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False', reason: 'PodCompleted' });
  });

  test('that crashes is restarted at once, then after a back-off that its status and an event explain', async () => {
    const runtime = engine({ behave: () => ({ exitCode: 3 }) });
    await startAgent(runtime);
    const pod = aPod();
    add(pod);
    const status = await eventually(() => {
      const [main] = end.status(pod.metadata.name!)?.containerStatuses ?? [];
      return main?.state?.waiting?.reason === 'CrashLoopBackOff' ? main : undefined;
    });
    expect(status.restartCount).toBe(1);
    expect(status.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    expect(status.state?.waiting?.message).toBe(
      `back-off 10s restarting failed container=main pod=${pod.metadata.name}_default(${pod.metadata.uid})`,
    );
    expect(end.status(pod.metadata.name!)!.phase).toBe('Running');
    await eventually(() => end.eventsOf(pod.metadata.name!).some(({ reason }) => reason === 'BackOff'));
  });

  test('whose image cannot be pulled says ErrImagePull, then ImagePullBackOff', async () => {
    await startAgent(engine({ images: () => 'absent' }));
    const pod = aPod();
    add(pod);
    const waiting = () => end.status(pod.metadata.name!)?.containerStatuses?.[0]?.state?.waiting;
    await eventually(() => waiting()?.reason === 'ErrImagePull');
    await eventually(() => waiting()?.reason === 'ImagePullBackOff');
    expect(waiting()?.message).toMatch(/^Back-off pulling image "app": ErrImagePull: pull access denied for app/);
    await eventually(() => end.eventsOf(pod.metadata.name!).length >= 5);
    expect(end.eventsOf(pod.metadata.name!).map(({ message }) => message)).toEqual([
      'Pulling image "app"',
      'Failed to pull image "app": pull access denied for app, repository does not exist',
      'Error: ErrImagePull',
      'Back-off pulling image "app"',
      'Error: ImagePullBackOff',
    ]);
  });

  test('whose command cannot start shows the engine’s words', async () => {
    const startError = 'exec: "nope": executable file not found in $PATH';
    await startAgent(engine({ behave: () => ({ startError }) }));
    const pod = aPod({ restartPolicy: 'Never' });
    add(pod);
    await phase(pod, 'Failed');
    const [main] = end.status(pod.metadata.name!)!.containerStatuses!;
    expect(main!.state!.terminated).toMatchObject({ exitCode: 127, reason: 'StartError', message: startError });
  });

  test('that misses a ConfigMap waits, and starts when it comes', async () => {
    await startAgent();
    const env = [{ name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } }];
    const pod = aPod({ containers: [{ name: 'main', image: 'app', env }] });
    add(pod);
    const waiting = await eventually(
      () => end.status(pod.metadata.name!)?.containerStatuses?.[0]?.state?.waiting?.message,
    );
    await eventually(
      () =>
        end.status(pod.metadata.name!)?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
    );
    expect(waiting).toBe('configmap "settings" not found');
    const settings = { metadata: { name: 'settings', namespace: 'default' }, data: { color: 'blue' } };
    end.apply({ type: 'ADDED', resource: 'configmaps', object: asObject(settings) });
    await phase(pod, 'Running');
    const [container] = containersOf(agents[0]!.runtime);
    expect((agents[0]!.runtime.configOf(container!.id) as { env: string[] }).env).toContain('COLOR=blue');
  });

  test('that does not stop in its grace period is killed', async () => {
    const { runtime } = await startAgent(engine({ behave: () => ({ ignoresStop: true }) }));
    const pod = aPod();
    add(pod);
    await phase(pod, 'Running');
    end.deletePod(pod.metadata.name!, { graceSeconds: 1 });
    await eventually(() => !end.pod(pod.metadata.name!));
    expect(runtime.containers()).toEqual([]);
  });

  test('has one timer for its deadline, however often it is looked at, and none when the agent has stopped', async () => {
    const waiting = new Set<object>();
    const after: Clock['after'] = (ms, action) => {
      const cancel = systemClock.after(ms, action);
      const timer = {};
      if (ms > 1_000_000) waiting.add(timer);
      return () => {
        waiting.delete(timer);
        cancel();
      };
    };
    const agent = await startAgent(engine(), { clock: { ...systemClock, after } });
    const pod = aPod({ activeDeadlineSeconds: 5000 });
    add(pod);
    await phase(pod, 'Running');
    const object = asObject(pod);
    const changes = Array.from({ length: 20 }, (_, index) => ({
      type: 'MODIFIED' as const,
      resource: 'pods',
      object: { ...object, metadata: { ...object.metadata, labels: { change: `${index}` } } },
    }));
    for (const change of changes) end.apply(change);
    await eventually(() => agent.isReported());
    expect(waiting.size).toBe(1);
    await agent.stop();
    expect(waiting.size).toBe(0);
  });

  test('past its deadline fails for that reason', async () => {
    await startAgent();
    const pod = aPod({ activeDeadlineSeconds: 1 });
    add(pod);
    await phase(pod, 'Failed');
    expect(end.status(pod.metadata.name!)).toMatchObject({
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
  });
});

test('[P9] a Pod that the control plane does not own to is removed', async () => {
  const { runtime } = await startAgent();
  const pod = aPod();
  end.rejectNext({ item: `pods/default/${pod.metadata.name}`, reason: 'not found', code: 404 });
  add(pod);
  await eventually(() => runtime.containers().length > 0);
  await eventually(() => runtime.containers().length === 0);
});

describe('an agent that is restarted', () => {
  test('adopts what runs, without the control plane, and starts nothing twice', async () => {
    const runtime = engine();
    const first = await startAgent(runtime);
    const pod = aPod();
    add(pod);
    await phase(pod, 'Running');
    await eventually(() => first.isReported());
    const [before] = containersOf(runtime);
    await first.stop();
    end.disconnect({ refuse: true });
    await startAgent(runtime);
    runtime.exit(before!.id, 1);
    await eventually(() => containersOf(runtime).some(({ state }) => state === 'running'));
    expect(containersOf(runtime).map(({ labels }) => labels['io.kubernetes.container.restartCount'])).toEqual([
      '0',
      '1',
    ]);
    end.accept();
    await eventually(() => end.status(pod.metadata.name!)?.containerStatuses?.[0]?.restartCount === 1, {
      timeoutMs: 10_000,
    });
  });

  test('removes what no longer belongs, once the control plane has said so and not before', async () => {
    const runtime = engine();
    const first = await startAgent(runtime);
    const [kept, dropped] = [aPod(), aPod()];
    add(kept, dropped);
    await phase(kept, 'Running');
    await phase(dropped, 'Running');
    await first.stop();
    end.disconnect({ refuse: true });
    end.objects.get('pods')!.delete(`default/${dropped.metadata.name}`);
    end.apply();
    await startAgent(runtime);
    expect(containersOf(runtime).filter(({ state }) => state === 'running')).toHaveLength(2);
    end.accept();
    await eventually(() => containersOf(runtime).length === 1, { timeoutMs: 10_000 });
    expect(containersOf(runtime)[0]!.labels['io.kubernetes.pod.uid']).toBe(kept.metadata.uid);
  });
});

describe('the engine', () => {
  test('going away makes the node NotReady; coming back, its containers are looked at again', async () => {
    const { runtime } = await startAgent();
    const pod = aPod();
    add(pod);
    await phase(pod, 'Running');
    const ready = () =>
      (end.nodeStatus()?.conditions as NodeCondition[] | undefined)?.find(({ type }) => type === 'Ready');
    await eventually(() => ready()?.status === 'True');
    const [container] = containersOf(runtime);
    runtime.disconnect();
    await eventually(() => ready()?.status === 'False');
    expect(ready()?.message).toBe('container runtime is down');
    runtime.exit(container!.id, 0);
    runtime.connect();
    await eventually(() => end.status(pod.metadata.name!)?.containerStatuses?.[0]?.restartCount === 1);
    await eventually(() => ready()?.status === 'True');
  });
});

describe('logs', () => {
  const request = (pod: Pod, more: object = {}) => ({
    kind: 'logs' as const,
    namespace: 'default',
    pod: pod.metadata.name!,
    uid: pod.metadata.uid!,
    container: 'main',
    ...more,
  });

  test('come over a second socket, with tail and limit', async () => {
    await startAgent(engine({ behave: () => ({ logs: ['one', 'two', 'three'] }) }));
    const pod = aPod();
    add(pod);
    await phase(pod, 'Running');
    expect(await end.openStream(request(pod))).toEqual({ code: 200, text: 'one\ntwo\nthree\n' });
    expect(await end.openStream(request(pod, { tailLines: 1 }))).toEqual({ code: 200, text: 'three\n' });
    expect(await end.openStream(request(pod, { limitBytes: 5 }))).toEqual({ code: 200, text: 'one\nt' });
    expect(await end.openStream(request(pod, { follow: true }), { untilBytes: 14 })).toMatchObject({
      text: 'one\ntwo\nthree\n',
    });
  });

  test('that are not there are refused in the kubelet’s words', async () => {
    await startAgent(engine({ images: () => 'absent' }));
    const pod = aPod();
    add(pod);
    await eventually(
      () => end.status(pod.metadata.name!)?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImagePull',
    );
    const name = pod.metadata.name;
    expect(await end.openStream(request(pod))).toEqual({
      code: 400,
      text: `container "main" in pod "${name}" is waiting to start: trying and failing to pull image`,
    });
    expect(await end.openStream(request(pod, { previous: true }))).toEqual({
      code: 400,
      text: `previous terminated container "main" in pod "${name}" not found`,
    });
  });
});

describe('a volume with a token', () => {
  const source = { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } };
  const volumes = [{ name: 'api', projected: { defaultMode: 0o644, sources: [source] } }];
  const spec = { serviceAccountName: 'builder', volumes };
  const fileOf = (pod: Pod) =>
    join(dataDir, 'memory', pod.metadata.uid!, 'volumes', 'kubernetes.io~projected', 'api', 'token');
  const content = async (pod: Pod) => readFile(fileOf(pod), 'utf8').catch(() => '');

  test('[P15] holds one for the ServiceAccount, bound to the Pod, and another before it expires', async () => {
    end.answerToken = ({ id }) => ({ token: `token-${id}`, lifetimeMs: id === 1 ? 200 : 3600_000 });
    await startAgent();
    const pod = aPod(spec);
    add(pod);
    await phase(pod, 'Running');
    expect(end.tokenRequests[0]).toMatchObject({
      namespace: 'default',
      serviceAccount: 'builder',
      pod: { name: pod.metadata.name, uid: pod.metadata.uid },
      expirationSeconds: 3600,
    });
    await eventually(() => end.tokenRequests.length === 2);
    let now = '';
    await eventually(() => {
      void content(pod).then((text) => {
        now = text;
      });
      return now === 'token-2';
    });
    end.deletePod(pod.metadata.name!);
    await eventually(() => !end.pod(pod.metadata.name!));
    expect(await content(pod)).toBe('');
  });

  test('keeps the Pod waiting, and says so, while the control plane gives none', async () => {
    end.answerToken = () => ({ error: 'serviceaccounts "builder" not found' });
    await startAgent();
    const pod = aPod(spec);
    add(pod);
    const mount = () => end.eventsOf(pod.metadata.name!).find(({ reason }) => reason === 'FailedMount');
    expect((await eventually(mount)).message).toBe(
      'MountVolume.SetUp failed for volume "api" : failed to fetch token: serviceaccounts "builder" not found',
    );
    end.answerToken = () => ({ token: 't', lifetimeMs: 3600_000 });
    await phase(pod, 'Running');
  });
});
