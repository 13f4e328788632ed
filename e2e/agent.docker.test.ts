import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../node-agent/clock.ts';
import { noPodNetwork } from '../node-agent/network/pod-network.ts';
import { containerLabels } from '../node-agent/pods/identity.ts';
import type { ContainerRuntime } from '../node-agent/runtime/container-runtime.ts';
import { createDockerRuntime } from '../node-agent/runtime/docker-runtime.ts';
import type { MemoryRuntime } from '../node-agent/runtime/memory-runtime.ts';
import { type ControlPlaneEnd, startControlPlaneEnd } from '../node-agent/testing/control-plane-end.ts';
import { createMemoryAgent, type MemoryAgent } from '../node-agent/testing/memory-agent.ts';
import { aPod, asObject, eventually } from '../node-agent/testing/pods.ts';
import type { Pod, PodSpec } from '../shared/api/object.ts';
import { buildBusyboxImage, busybox, busyboxImage } from './docker-image.ts';

const host = process.env.DOCKER_HOST;
const network = process.env.FAIRLEAD_TEST_NETWORK ?? 'bridge';
const nodeName = `agent-e2e-${process.pid}`;
const slow = { timeoutMs: 20_000 };

describe.skipIf(!host || !busybox)('the agent on a real engine (needs DOCKER_HOST and a static busybox)', () => {
  let end: ControlPlaneEnd;
  let agent: MemoryAgent;
  let runtime: ContainerRuntime;
  let dataDir: string;

  const docker = () => createDockerRuntime({ host: host!, clock: systemClock, minimumOomScoreAdj: 0 });

  async function startAgent(): Promise<MemoryAgent> {
    runtime = docker();
    const started = await createMemoryAgent({
      server: end.url,
      credential: 'c',
      nodeName,
      dataDir,
      deps: { runtime, network: noPodNetwork({ network }) },
      runtime: {} as MemoryRuntime,
    });
    await started.start();
    return started;
  }

  beforeAll(() => buildBusyboxImage(host!));

  beforeEach(async () => {
    end = await startControlPlaneEnd();
    dataDir = await mkdtemp(join(tmpdir(), 'fairlead-agent-e2e-'));
    agent = await startAgent();
  });

  afterEach(async () => {
    await agent.stop();
    await end.stop();
  });

  afterAll(async () => {
    const left = docker();
    for (const id of await left.list({ [containerLabels.node]: nodeName })) await left.remove(id);
    if (dataDir) await rm(dataDir, { recursive: true, force: true });
  });

  const sh = (script: string, more: object = {}) => ({
    name: 'main',
    image: busyboxImage,
    command: ['sh', '-c', script],
    ...more,
  });
  const forever = 'trap "exit 0" TERM; while :; do sleep 0.1; done';

  function add(spec: Partial<PodSpec>): Pod {
    const pod = aPod(spec);
    end.apply({ type: 'ADDED', resource: 'pods', object: asObject(pod) });
    return pod;
  }
  const status = (pod: Pod) => end.status(pod.metadata.name!);
  const phase = (pod: Pod, wanted: string) =>
    eventually(() => status(pod)?.phase === wanted, {
      ...slow,
      what: () => `${wanted} for ${JSON.stringify([status(pod)?.containerStatuses, end.eventsOf(pod.metadata.name!)])}`,
    });
  const logs = (pod: Pod, container = 'main', more: object = {}) =>
    end.openStream({
      kind: 'logs',
      namespace: 'default',
      pod: pod.metadata.name!,
      uid: pod.metadata.uid!,
      container,
      ...more,
    });
  async function gone(pod: Pod): Promise<void> {
    await eventually(() => !end.pod(pod.metadata.name!), slow);
    expect(await runtime.list({ [containerLabels.podUid]: pod.metadata.uid! })).toEqual([]);
    expect(await readdir(join(dataDir, 'pods'))).not.toContain(pod.metadata.uid);
    expect(await readdir(join(dataDir, 'memory')).catch(() => [])).not.toContain(pod.metadata.uid);
  }

  test('containers of a Pod share its network, host name and volumes', async () => {
    const volumeMounts = [{ name: 'shared', mountPath: '/shared' }];
    const server = sh('mkdir -p /shared/www; hostname > /shared/www/index.html; httpd -f -p 8080 -h /shared/www', {
      volumeMounts,
    });
    const client = sh(
      'until wget -qO- http://127.0.0.1:8080/; do sleep 0.1; done; cat /shared/www/index.html; cat /etc/hosts',
      {
        name: 'client',
        volumeMounts,
      },
    );
    const pod = add({
      containers: [server, client],
      volumes: [{ name: 'shared', emptyDir: {} }],
      restartPolicy: 'Never',
    });
    await eventually(() => status(pod)?.containerStatuses?.[1]?.state?.terminated?.exitCode === 0, slow);
    const { name } = pod.metadata;
    expect((await logs(pod, 'client')).text).toContain(
      `${name}\n${name}\n# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost`,
    );
    end.deletePod(name!, { graceSeconds: 1 });
    await gone(pod);
  });

  test('configuration reaches containers as environment and as files, and files follow it', async () => {
    const config = (color: string) =>
      asObject({ metadata: { name: 'settings', namespace: 'default' }, data: { color } });
    const secret = asObject({ metadata: { name: 'key', namespace: 'default' }, data: { 'id.pem': btoa('hush') } });
    end.apply(
      { type: 'ADDED', resource: 'configmaps', object: config('blue') },
      { type: 'ADDED', resource: 'secrets', object: secret },
      {
        type: 'ADDED',
        resource: 'services',
        object: asObject({
          metadata: { name: 'redis-master', namespace: 'default' },
          spec: { clusterIP: '10.96.0.9', ports: [{ port: 6379, protocol: 'TCP' }] },
        }),
      },
    );
    const script =
      'echo $COLOR $WHO $REDIS_MASTER_SERVICE_HOST:$REDIS_MASTER_SERVICE_PORT; cat /key/id.pem; stat -c %a /key/..data/id.pem; until grep -q red /etc/settings/color; do sleep 0.1; done; echo; cat /etc/settings/color';
    const pod = add({
      restartPolicy: 'Never',
      volumes: [
        { name: 'settings', configMap: { name: 'settings' } },
        { name: 'key', secret: { secretName: 'key', defaultMode: 0o400 } },
      ],
      containers: [
        sh(script, {
          env: [
            { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
            { name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          ],
          volumeMounts: [
            { name: 'settings', mountPath: '/etc/settings' },
            { name: 'key', mountPath: '/key' },
          ],
        }),
      ],
    });
    await phase(pod, 'Running');
    end.apply({ type: 'MODIFIED', resource: 'configmaps', object: config('red') });
    await phase(pod, 'Succeeded');
    expect((await logs(pod)).text).toBe(`blue ${pod.metadata.name} 10.96.0.9:6379\nhush400\n\nred`);
    end.deletePod(pod.metadata.name!);
    await gone(pod);
  });

  test('a container that fails is restarted; its last words and previous log stay', async () => {
    const pod = add({ containers: [sh('echo attempt; echo goodbye > /dev/termination-log; exit 3')] });
    const main = await eventually(() => {
      const [first] = status(pod)?.containerStatuses ?? [];
      return first?.state?.waiting?.reason === 'CrashLoopBackOff' ? first : undefined;
    }, slow);
    expect(main.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error', message: 'goodbye\n' });
    expect(await logs(pod, 'main', { previous: true })).toEqual({ code: 200, text: 'attempt\n' });
    end.deletePod(pod.metadata.name!);
    await gone(pod);
  });

  test('memory beyond the limit ends in OOMKilled', async () => {
    const resources = { limits: { memory: '16Mi' } };
    const pod = add({ restartPolicy: 'Never', containers: [sh('head -c 64m /dev/zero | tail', { resources })] });
    await phase(pod, 'Failed');
    expect(status(pod)?.containerStatuses?.[0]?.state?.terminated?.reason).toBe('OOMKilled');
    end.deletePod(pod.metadata.name!);
    await gone(pod);
  });

  test('an unknown image, and a command that cannot start, say so', async () => {
    const missing = add({ containers: [{ name: 'main', image: 'fairlead.invalid/nothing:1' }] });
    const broken = add({
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: busyboxImage, command: ['/nope'] }],
    });
    await eventually(
      () => status(missing)?.containerStatuses?.[0]?.state?.waiting?.reason === 'ImagePullBackOff',
      slow,
    );
    await phase(broken, 'Failed');
    expect(status(broken)?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      reason: 'StartError',
      exitCode: 127,
    });
    for (const pod of [missing, broken]) {
      end.deletePod(pod.metadata.name!);
      await gone(pod);
    }
  });

  test('an agent that is restarted adopts its Pods, and follows them again', async () => {
    const pod = add({ containers: [sh(forever)] });
    await phase(pod, 'Running');
    const before = await runtime.list({ [containerLabels.podUid]: pod.metadata.uid! });
    await eventually(() => agent.isReported());
    await agent.stop();
    agent = await startAgent();
    await eventually(() => agent.isConnected());
    expect((await runtime.list({ [containerLabels.podUid]: pod.metadata.uid! })).sort()).toEqual(before.sort());
    const app = (
      await runtime.list({ [containerLabels.podUid]: pod.metadata.uid!, [containerLabels.type]: 'container' })
    )[0]!;
    await runtime.signal(app, 'SIGKILL');
    await eventually(() => status(pod)?.containerStatuses?.[0]?.restartCount === 1, slow);
    end.deletePod(pod.metadata.name!);
    await gone(pod);
  });

  test('twenty Pods at once all run, and all go', async () => {
    const started = Date.now();
    const pods = Array.from({ length: 20 }, () => add({ containers: [sh(forever)] }));
    for (const pod of pods) await phase(pod, 'Running');
    console.info(`20 Pods Running after ${Date.now() - started} ms`);
    for (const pod of pods) end.deletePod(pod.metadata.name!);
    for (const pod of pods) await gone(pod);
  });

  test('a Pod runs soon after it is bound', async () => {
    const times: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      const started = performance.now();
      const pod = add({ containers: [sh(forever)] });
      await phase(pod, 'Running');
      times.push(performance.now() - started);
      end.deletePod(pod.metadata.name!);
      await gone(pod);
    }
    console.info(`one Pod Running after ${times.map(Math.round).join(', ')} ms`);
    expect(Math.min(...times)).toBeLessThan(2_000);
  });
});
