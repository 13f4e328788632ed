import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../node-agent/testing/pods.ts';
import type { Container, Pod, PodSpec } from '../shared/api/object.ts';
import { AgentLab, forever, sh, slow } from './lab/agent-lab.ts';

let lab: AgentLab;

beforeAll(async () => {
  lab = await AgentLab.start();
  await lab.begin();
});
afterAll(async () => {
  await lab?.finish();
  await lab?.host.destroy();
});

/** Runs a script to its end in a Pod of its own, and returns what it wrote. */
async function run(script: string, more: Partial<Container> = {}, spec: Partial<PodSpec> = {}): Promise<string> {
  const pod = lab.add({ restartPolicy: 'Never', ...spec, containers: [sh(script, more)] });
  return lab.output(pod);
}
const get = async (url: string) => (await fetch(url, { signal: AbortSignal.timeout(2_000) })).text();
const answers = (url: string, text: string) =>
  expect.poll(() => get(url).catch(String), { timeout: slow.timeoutMs }).toBe(text);
const ready = (pod: Pod) => lab.status(pod)?.conditions?.find(({ type }) => type === 'Ready')?.status;
const web = (port: number) => `mkdir -p /www; echo here > /www/index.html; httpd -f -p ${port} -h /www`;

describe.concurrent('the network of a Pod', () => {
  test('is the host’s where it says so', async () => {
    const pod = lab.add({ hostNetwork: true, containers: [sh(web(18_080))], terminationGracePeriodSeconds: 1 });
    await lab.phase(pod, 'Running');
    expect(lab.status(pod)?.podIP).toBe(lab.host.address);
    await answers(`http://${lab.host.address}:18080/`, 'here\n');
  });

  test('has ports of the host', async () => {
    const ports = [{ containerPort: 8080, hostPort: 18_081, protocol: 'TCP' }];
    lab.add({ containers: [sh(web(8080), { ports })] });
    await answers(`http://${lab.host.address}:18081/`, 'here\n');
  });

  test('knows the names that the Pod gives', async () => {
    const hostAliases = [{ ip: '192.0.2.7', hostnames: ['db', 'db.example'] }];
    const text = await run('hostname; cat /etc/hosts', {}, { hostAliases, hostname: 'shop' });
    expect(text).toMatch(/^shop\n/);
    expect(text).toContain('# Entries added by HostAliases.\n192.0.2.7\tdb\tdb.example');
  });
});

describe.concurrent('volumes', () => {
  test('hostPath checks its type and shares what is there; subPath is a part of a volume', async () => {
    const folder = join(lab.host.folder, 'shared');
    mkdirSync(join(folder, 'a'), { recursive: true });
    writeFileSync(join(folder, 'a', 'file'), 'from the host');
    const at = (path: string, type: string) => ({ path: join(folder, path), type });
    const volumes = [
      { name: 'dir', hostPath: at('a', 'Directory') },
      { name: 'made', hostPath: at('made', 'DirectoryOrCreate') },
      { name: 'file', hostPath: at('made-file', 'FileOrCreate') },
      { name: 'socket', hostPath: { path: lab.host.dockerHost.slice('unix://'.length), type: 'Socket' } },
    ];
    const volumeMounts = [
      { name: 'dir', mountPath: '/one', subPath: 'file', readOnly: true },
      { name: 'made', mountPath: '/made', subPath: 'deep/er' },
      { name: 'file', mountPath: '/file' },
      { name: 'socket', mountPath: '/docker.sock' },
    ];
    const script =
      'cat /one; echo; (echo x > /one) 2>/dev/null || echo sealed; echo deep > /made/f; echo f > /file; ls -l /docker.sock';
    const text = await run(script, { volumeMounts }, { volumes });
    expect(text).toMatch(/^from the host\nsealed\nsrw/);
    expect(readFileSync(join(folder, 'made', 'deep', 'er', 'f'), 'utf8')).toBe('deep\n');
    expect(readFileSync(join(folder, 'made-file'), 'utf8')).toBe('f\n');
    const wrong = lab.add({ volumes: [{ name: 'v', hostPath: at('a/file', 'Directory') }], containers: [sh('true')] });
    const problem = `MountVolume.SetUp failed for volume "v" : hostPath type check failed: ${folder}/a/file is not a directory`;
    await eventually(() => lab.messages(wrong).includes(problem), slow);
  });

  test('projected and downwardAPI volumes tell a Pod about itself', async () => {
    const items = [
      { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
      { path: 'cpu', resourceFieldRef: { containerName: 'main', resource: 'limits.cpu', divisor: '1m' } },
    ];
    const volumes = [
      { name: 'self', downwardAPI: { items } },
      { name: 'all', projected: { sources: [{ downwardAPI: { items: items.slice(0, 1) } }] } },
    ];
    const volumeMounts = [
      { name: 'self', mountPath: '/self' },
      { name: 'all', mountPath: '/all' },
    ];
    const script = 'cat /self/labels; echo; cat /self/cpu; echo; cat /all/labels';
    const container = sh(script, { volumeMounts, resources: { limits: { cpu: '250m' } } });
    const pod = lab.add({ restartPolicy: 'Never', volumes, containers: [container] }, { labels: { app: 'shop' } });
    expect(await lab.output(pod)).toBe('app="shop"\n250\napp="shop"');
  });

  test('a token is where clients look for it, for the user of the Pod alone, and is replaced in place', async () => {
    lab.end.answerToken = ({ id }) => ({ token: `token-${id}`, lifetimeMs: 10_000 });
    const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
    const token = `${mountPath}/token`;
    const sources = [{ serviceAccountToken: { path: 'token', expirationSeconds: 3607 } }];
    const script = `first=$(cat ${token}); stat -Lc '%u %a' ${token}; while [ "$(cat ${token})" = "$first" ]; do sleep 0.2; done; echo replaced`;
    const text = await run(
      script,
      { volumeMounts: [{ name: 'api', mountPath, readOnly: true }] },
      {
        serviceAccountName: 'reader',
        securityContext: { runAsUser: 1234 },
        volumes: [{ name: 'api', projected: { defaultMode: 0o644, sources } }],
      },
    );
    expect(text).toBe('1234 600\nreplaced\n');
  });

  test('emptyDir in memory never reaches the disk, and is gone with its Pod', async () => {
    const volumes = [{ name: 'v', emptyDir: { medium: 'Memory' } }];
    const volumeMounts = [{ name: 'v', mountPath: '/v' }];
    const pod = lab.add({ volumes, containers: [sh(`echo secret > /v/f; ${forever}`, { volumeMounts })] });
    await lab.phase(pod, 'Running');
    const place = join(lab.dataDir, 'memory', pod.metadata.uid ?? '', 'volumes', 'kubernetes.io~empty-dir', 'v', 'f');
    await expect.poll(() => readFileSync(place, 'utf8'), { timeout: slow.timeoutMs }).toBe('secret\n');
    await lab.remove(pod);
  });
});

describe.concurrent('the security context', () => {
  test('decides on user, groups, root file system, capabilities and privileges', async () => {
    const who =
      'id -u; id -g; id -G; touch /x 2>/dev/null || echo sealed; grep -E "CapEff|NoNewPrivs" /proc/self/status';
    const plain = await run(
      who,
      {
        securityContext: {
          runAsUser: 1234,
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        },
      },
      { securityContext: { runAsGroup: 2345, supplementalGroups: [77] } },
    );
    expect(plain).toMatch(/^1234\n2345\n2345 77\nsealed\nCapEff:\t0{16}\nNoNewPrivs:\t1\n$/s);
  });

  test('adds capabilities', async () => {
    const script = 'grep CapEff /proc/self/status; ip link set lo mtu 1400 2>/dev/null && echo made; true';
    const [without, added] = await Promise.all([
      run(script),
      run(script, { securityContext: { capabilities: { add: ['NET_ADMIN'] } } }),
    ]);
    const bits = (text: string) => BigInt(`0x${/CapEff:\s*(\w+)/.exec(text)?.[1]}`);
    expect(without).not.toContain('made');
    expect(added).toContain('made');
    expect(bits(added)).toBe(bits(without) | (1n << 12n));
  });

  test('asks the engine for a privileged container', async () => {
    // Whether one can start is up to the machine: it needs every capability itself.
    const pod = lab.add({ containers: [sh(forever, { securityContext: { privileged: true } })] });
    const id = await eventually(() => lab.status(pod)?.containerStatuses?.[0]?.containerID, slow);
    const asked = lab.host.docker(['inspect', '-f', '{{.HostConfig.Privileged}}', id.replace('docker://', '')]);
    expect(asked).toBe('true\n');
  });

  test('a container that must not be root is not started as root', async () => {
    const pod = lab.add({ containers: [sh(forever, { securityContext: { runAsNonRoot: true } })] });
    const waiting = await eventually(() => lab.status(pod)?.containerStatuses?.[0]?.state?.waiting?.message, {
      ...slow,
    });
    expect(waiting).toMatch(/^container has runAsNonRoot and image will run as root/);
  });
});

describe.concurrent('containers', () => {
  test('see each other’s processes where the Pod shares them', async () => {
    const other = { ...sh('exec sleep 4321'), name: 'other' };
    const script = 'until ps | grep -q "[s]leep 4321"; do sleep 0.1; done; ps | head -n 2 | tail -n 1; pkill sleep';
    const containers = [sh(script), other];
    const pod = lab.add({ restartPolicy: 'Never', shareProcessNamespace: true, containers });
    await eventually(() => lab.status(pod)?.containerStatuses?.[0]?.state?.terminated, slow);
    expect((await lab.logs(pod)).text).toContain('/pause');
  });

  test('start where they are told, and leave their last words where they are told', async () => {
    const main = sh('pwd > /tmp/last', { workingDir: '/proc/self', terminationMessagePath: '/tmp/last' });
    const pod = lab.add({ restartPolicy: 'Never', containers: [main] });
    await lab.phase(pod, 'Succeeded');
    expect(lab.status(pod)?.containerStatuses?.[0]?.state?.terminated?.message).toMatch(/^\/proc\//);
  });

  test('a sidecar starts before the containers, serves them, and ends after them', async () => {
    const side: Container = {
      ...sh('echo ready > /shared/side; trap "exit 0" TERM; while :; do sleep 0.1; done'),
      name: 'side',
      restartPolicy: 'Always',
      startupProbe: { exec: { command: ['test', '-e', '/shared/side'] }, periodSeconds: 1 },
      volumeMounts: [{ name: 'shared', mountPath: '/shared' }],
    };
    const main = sh('cat /shared/side', { volumeMounts: [{ name: 'shared', mountPath: '/shared' }] });
    const volumes = [{ name: 'shared', emptyDir: {} }];
    const pod = lab.add({ restartPolicy: 'Never', volumes, initContainers: [side], containers: [main] });
    expect(await lab.output(pod)).toBe('ready\n');
    expect(lab.status(pod)?.initContainerStatuses?.[0]?.state?.terminated?.exitCode).toBe(0);
  });
});

describe.concurrent('probes and hooks', () => {
  const often = { periodSeconds: 1, failureThreshold: 1 };

  test('readiness over HTTP comes and goes', async () => {
    const readinessProbe = { ...often, httpGet: { port: 8080, path: '/ok' } } as unknown as Container['readinessProbe'];
    const script = 'mkdir /www; httpd -p 8080 -h /www; sleep 1; echo > /www/ok; sleep 3; rm /www/ok; sleep 60';
    const pod = lab.add({ containers: [sh(script, { readinessProbe })] });
    await lab.phase(pod, 'Running');
    await eventually(() => ready(pod) === 'True', slow);
    await eventually(() => ready(pod) === 'False', slow);
    await eventually(
      () => lab.messages(pod).includes('Readiness probe failed: HTTP probe failed with statuscode: 404'),
      slow,
    );
    await lab.remove(pod);
  });

  test('liveness over TCP and by a command restarts what fails', async () => {
    const tcp = { ...often, initialDelaySeconds: 1, tcpSocket: { port: 9 } } as unknown as Container['livenessProbe'];
    const slowCommand = { ...often, timeoutSeconds: 1, exec: { command: ['sleep', '9'] } };
    const containers = [
      sh(forever, { livenessProbe: tcp }),
      { ...sh(forever, { livenessProbe: slowCommand }), name: 'other' },
    ];
    const pod = lab.add({ containers });
    await eventually(() => lab.status(pod)?.containerStatuses?.every(({ restartCount }) => restartCount > 0), slow);
    const { podIP } = lab.status(pod) ?? {};
    await eventually(
      () => lab.messages(pod).includes(`Liveness probe failed: dial tcp ${podIP}:9: connect: connection refused`),
      slow,
    );
    const timedOut = 'Liveness probe failed: command timed out: "sleep 9" timed out after 1s';
    await eventually(() => lab.messages(pod).includes(timedOut), slow);
    await lab.remove(pod);
  });

  test('hooks run in the container, after its start and before its end', async () => {
    const folder = join(lab.host.folder, 'hooks');
    const lifecycle = {
      postStart: { exec: { command: ['sh', '-c', 'echo started >> /out/log'] } },
      preStop: { exec: { command: ['sh', '-c', 'sleep 0.5; echo stopping >> /out/log'] } },
    };
    const script = 'trap "echo term >> /out/log; exit 0" TERM; while :; do sleep 0.1; done';
    const volumeMounts = [{ name: 'out', mountPath: '/out' }];
    const volumes = [{ name: 'out', hostPath: { path: folder } }];
    const pod = lab.add({ volumes, containers: [sh(script, { lifecycle, volumeMounts })] });
    await eventually(() => ready(pod) === 'True', slow);
    await lab.remove(pod, { graceSeconds: 10 });
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('started\nstopping\nterm\n');
  });
});
