import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { containerLabels } from '../node-agent/pods/identity.ts';
import { asObject, eventually } from '../node-agent/testing/pods.ts';
import { busyboxImage } from './docker-image.ts';
import { AgentLab, forever, sh, slow } from './lab/agent-lab.ts';

describe('the agent on a real engine', () => {
  let lab: AgentLab;

  beforeAll(async () => {
    lab = await AgentLab.start();
  });
  beforeEach(() => lab.begin());
  afterEach(() => lab.finish());
  afterAll(() => lab?.host.destroy());

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
    const pod = lab.add({
      containers: [server, client],
      volumes: [{ name: 'shared', emptyDir: {} }],
      restartPolicy: 'Never',
    });
    await eventually(() => lab.status(pod)?.containerStatuses?.[1]?.state?.terminated?.exitCode === 0, slow);
    const { name } = pod.metadata;
    expect((await lab.logs(pod, 'client')).text).toContain(
      `${name}\n${name}\n# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost`,
    );
    await lab.remove(pod);
  });

  test('configuration reaches containers as environment and as files, and files follow it', async () => {
    const config = (color: string) =>
      asObject({ metadata: { name: 'settings', namespace: 'default' }, data: { color } });
    const secret = asObject({ metadata: { name: 'key', namespace: 'default' }, data: { 'id.pem': btoa('hush') } });
    lab.end.apply(
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
    const pod = lab.add({
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
    await lab.phase(pod, 'Running');
    lab.end.apply({ type: 'MODIFIED', resource: 'configmaps', object: config('red') });
    await lab.phase(pod, 'Succeeded');
    expect((await lab.logs(pod)).text).toBe(`blue ${pod.metadata.name} 10.96.0.9:6379\nhush400\n\nred`);
    await lab.remove(pod);
  });

  test('a container that fails is restarted; its last words and previous log stay', async () => {
    const pod = lab.add({ containers: [sh('echo attempt; echo goodbye > /dev/termination-log; exit 3')] });
    const main = await eventually(() => {
      const [first] = lab.status(pod)?.containerStatuses ?? [];
      return first?.state?.waiting?.reason === 'CrashLoopBackOff' ? first : undefined;
    }, slow);
    expect(main.lastState?.terminated).toMatchObject({ exitCode: 3, reason: 'Error', message: 'goodbye\n' });
    expect(await lab.logs(pod, 'main', { previous: true })).toEqual({ code: 200, text: 'attempt\n' });
    await lab.remove(pod);
  });

  test('memory beyond the limit ends in OOMKilled', async () => {
    const resources = { limits: { memory: '16Mi' } };
    const pod = lab.add({ restartPolicy: 'Never', containers: [sh('head -c 64m /dev/zero | tail', { resources })] });
    await lab.phase(pod, 'Failed');
    expect(lab.status(pod)?.containerStatuses?.[0]?.state?.terminated?.reason).toBe('OOMKilled');
    await lab.remove(pod);
  });

  test('an unknown image, and a command that cannot start, say so', async () => {
    const missing = lab.add({ containers: [{ name: 'main', image: 'fairlead.invalid/nothing:1' }] });
    const broken = lab.add({
      restartPolicy: 'Never',
      containers: [{ name: 'main', image: busyboxImage, command: ['/nope'] }],
    });
    await eventually(
      () => lab.status(missing)?.containerStatuses?.[0]?.state?.waiting?.reason === 'ImagePullBackOff',
      slow,
    );
    await lab.phase(broken, 'Failed');
    expect(lab.status(broken)?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
      reason: 'StartError',
      exitCode: 127,
    });
    for (const pod of [missing, broken]) await lab.remove(pod);
  });

  test('an agent that is restarted adopts its Pods, and follows them again', async () => {
    const pod = lab.add({ containers: [sh(forever)] });
    await lab.phase(pod, 'Running');
    const before = await lab.runtime.list({ [containerLabels.podUid]: pod.metadata.uid! });
    await eventually(() => lab.agent.isReported());
    await lab.agent.stop();
    await lab.startAgent();
    await eventually(() => lab.agent.isConnected());
    expect((await lab.runtime.list({ [containerLabels.podUid]: pod.metadata.uid! })).sort()).toEqual(before.sort());
    const app = (
      await lab.runtime.list({ [containerLabels.podUid]: pod.metadata.uid!, [containerLabels.type]: 'container' })
    )[0]!;
    await lab.runtime.signal(app, 'SIGKILL');
    await eventually(() => lab.status(pod)?.containerStatuses?.[0]?.restartCount === 1, slow);
    await lab.remove(pod);
  });

  test('twenty Pods at once all run, and all go', async () => {
    const started = Date.now();
    const pods = Array.from({ length: 20 }, () => lab.add({ containers: [sh(forever)] }));
    for (const pod of pods) await lab.phase(pod, 'Running');
    console.info(`20 Pods Running after ${Date.now() - started} ms`);
    await Promise.all(pods.map((pod) => lab.remove(pod)));
  });

  test('a Pod runs soon after it is bound', async () => {
    const times: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      const started = performance.now();
      const pod = lab.add({ containers: [sh(forever)] });
      await lab.phase(pod, 'Running');
      times.push(performance.now() - started);
      await lab.remove(pod);
    }
    console.info(`one Pod Running after ${times.map(Math.round).join(', ')} ms`);
    expect(Math.min(...times)).toBeLessThan(2_000);
  });
});
