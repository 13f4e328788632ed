import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pod } from '../../shared/api/object.ts';
import type { ProbeAnswer } from '../lab/probe.ts';
import { eventually } from '../lab/wait.ts';
import { ClusterLab, type LabNode } from './cluster-lab.ts';
import { echoManifests, echoPort, probeCommand } from './echo.ts';

const guestbook = join(import.meta.dirname, '..', '..', 'examples', 'guestbook');
const podCount = 6;

let lab: ClusterLab;

beforeAll(async () => {
  lab = new ClusterLab({
    prefix: 'flgb',
    proxyModes: ['nftables', 'userspace', 'nftables'],
    settings: { nodeMonitorGracePeriodSeconds: 5, defaultTolerationSeconds: 2 },
  });
  await lab.start();
}, 180_000);
afterAll(() => lab?.destroy());

const node = (index: number) => lab.nodes[index] as LabNode;
const pods = (selector = '') => lab.kubectl.json<{ items: Pod[] }>(['get', 'pods', '-l', selector]).items;
const livePods = () => pods().filter((pod) => !pod.metadata.deletionTimestamp);

function isReady(pod: Pod): boolean {
  return (
    pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false
  );
}

async function allReady(count: number): Promise<Pod[]> {
  return eventually(
    `${count} Pods to be Ready`,
    () => {
      const live = livePods();
      return live.length === count && live.every(isReady) ? live : undefined;
    },
    90_000,
  );
}

/** Ids of the running containers of Pods on a node's engine, with the names of the Pods. */
function containersOn(target: LabNode): Map<string, string> {
  const format = '{{.ID}} {{.Label "io.kubernetes.pod.name"}}';

  const lines = target.engine
    .docker(['ps', '--no-trunc', '--filter', 'label=io.kubernetes.docker.type=container', '--format', format])
    .stdout.toString()
    .trim()
    .split('\n');
  return new Map(lines.filter(Boolean).map((line) => line.split(' ') as [string, string]));
}

const frontend = (target: LabNode) => `http://${target.ip}:30080/cgi-bin/guestbook`;

describe('the guestbook on three hosts', () => {
  test('runs, spread over the hosts', async () => {
    lab.kubectl.kubectl(['apply', '-f', guestbook]);
    const ready = await allReady(podCount);
    const placed = (name: string) =>
      ready.filter((pod) => pod.metadata.name?.startsWith(name)).map((pod) => pod.spec?.nodeName);
    expect(new Set(placed('frontend')).size).toBe(3);
    expect(new Set(placed('redis-slave')).size).toBe(2);
  });

  test('answers on every host, and what one writes all read from the slaves', async () => {
    for (const target of lab.nodes) {
      await eventually(`an entry through ${target.name}`, () =>
        lab.http(frontend(target), [`entry=hello+from+${target.name}`]),
      );
    }
    for (const target of lab.nodes) {
      await eventually(`all entries through ${target.name}`, () => {
        const entries = lab.http(frontend(target));
        return lab.nodes.every(({ name }) => entries.includes(`hello from ${name}`));
      });
    }
  });

  test('a host itself reaches the cluster IP', () => {
    const ip = lab.kubectl.kubectl(['get', 'service', 'frontend', '-o', 'jsonpath={.spec.clusterIP}']);
    for (const target of lab.nodes) {
      const page = lab.on(target, process.execPath, [join(import.meta.dirname, '../lab/http-get.ts'), `http://${ip}/`]);
      expect(page).toContain('<title>Guestbook</title>');
    }
  });

  test('TCP and UDP Services work from a Pod of every host and reach all of them', async () => {
    lab.kubectl.kubectl(['apply', '-f', '-'], echoManifests);
    await eventually('the echo Pods', () => pods('app=echo').filter(isReady).length === 3, 90_000);
    const servers = pods('app=echo');
    const everyone = new Set(servers.map((pod) => pod.metadata.name));
    expect(new Set(servers.map((pod) => pod.spec?.nodeName)).size).toBe(3);
    for (const protocol of ['TCP', 'UDP'] as const) {
      const name = `echo-${protocol.toLowerCase()}`;
      const host = lab.kubectl.kubectl(['get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}']);
      const request = `${JSON.stringify({ protocol, host, port: echoPort })}\n`;
      for (const client of servers) {
        const answered = new Set<string | undefined>();
        await eventually(`every server through ${name} from ${client.spec?.nodeName}`, () => {
          for (const { name } of askFrom(client, request.repeat(6))) answered.add(name);
          return everyone.isSubsetOf(answered);
        });
      }
    }
    lab.kubectl.kubectl(['delete', '-f', '-'], echoManifests);
    await eventually('the echo Pods to be gone', () => {
      const left = lab.nodes.flatMap((target) => [...containersOn(target).values()]);
      return pods('app=echo').length === 0 && !left.some((name) => name.startsWith('echo-'));
    });
  }, 120_000);

  test('an agent that is killed leaves its Pods running, and the next one adopts them', async () => {
    const target = node(0);
    const before = containersOn(target);
    expect(before.size).toBeGreaterThan(0);
    lab.killAgent(target);
    lab.http(frontend(target));
    lab.startAgent(target);
    await eventually('the new agent', () => lab.kubectl.attempt(['logs', ...logTarget(target)]).code === 0);
    expect(containersOn(target)).toEqual(before);
    expect(livePods().flatMap((pod) => pod.status?.containerStatuses?.map((status) => status.restartCount))).toEqual(
      Array(podCount).fill(0),
    );
  });

  test('without its control plane the guestbook goes on, and nothing is lost when it comes back', async () => {
    const before = lab.nodes.map(containersOn);
    const uids = livePods()
      .map((pod) => pod.metadata.uid)
      .sort();
    lab.killServer();
    for (const target of lab.nodes) lab.http(frontend(target), ['entry=alone']);
    await lab.startServer();
    await lab.nodesReady(lab.nodes.map(({ name }) => name));
    expect((await allReady(podCount)).map((pod) => pod.metadata.uid).sort()).toEqual(uids);
    expect(lab.nodes.map(containersOn)).toEqual(before);
  });

  test('a host that is cut off is given up, its Pods are replaced, and it comes back clean', async () => {
    const lost = node(2);
    const client = lab.steadyClient(frontend(node(0)));
    await eventually('the client at work', () => client.count('ok') > 5);
    lab.setCable(lost, 'down');
    await eventually('the host to be NotReady', () => lab.readiness(lost.name) === 'Unknown', 30_000);
    await eventually(
      'replacements elsewhere',
      () => {
        const live = livePods().filter((pod) => pod.spec?.nodeName !== lost.name);
        return live.length === podCount && live.every(isReady);
      },
      60_000,
    );
    await eventually('twenty answers in a row', () => client.streak() >= 20);
    lab.setCable(lost, 'up');
    await lab.nodesReady([lost.name]);
    const names = () => new Set(pods().map((pod) => pod.metadata.name));
    await eventually('only known Pods on the host', () =>
      [...containersOn(lost).values()].every((name) => names().has(name)),
    );
    expect(livePods()).toHaveLength(podCount);
    client.stop();
  }, 180_000);

  test('a host that dies is replaced while a client goes on', async () => {
    const dead = node(1);
    const client = lab.steadyClient(frontend(node(0)));
    await eventually('the client at work', () => client.count('ok') > 5);
    lab.killAgent(dead);
    await dead.engine.kill();
    lab.setCable(dead, 'down');
    await eventually(
      'replacements elsewhere',
      () => {
        const live = livePods().filter((pod) => pod.spec?.nodeName !== dead.name);
        return live.length === podCount && live.every(isReady);
      },
      90_000,
    );
    await eventually('twenty answers in a row', () => client.streak() >= 20);
    client.stop();
  }, 180_000);

  test('deleting it leaves nothing behind on the hosts that are left', async () => {
    lab.kubectl.kubectl(['delete', '-f', guestbook, '--wait=false']);
    for (const target of [node(0), node(2)]) {
      await eventually(
        `no containers on ${target.name}`,
        () => target.engine.docker(['ps', '-aq']).stdout.length === 0,
      );
    }
  });
});

/** Asks as a process of a Pod, once for each line of `requests`. */
function askFrom(client: Pod, requests: string): ProbeAnswer[] {
  const target = lab.nodes.find(({ name }) => name === client.spec?.nodeName) as LabNode;
  const id = [...containersOn(target)].find(([, name]) => name === client.metadata.name)?.[0] as string;
  const { stdout } = target.engine.docker(['exec', '-i', id, ...probeCommand], Buffer.from(requests));
  return stdout
    .toString()
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ProbeAnswer);
}

/** Arguments of `kubectl logs` for some Pod of a host. */
function logTarget(target: LabNode): string[] {
  const pod = livePods().find((item) => item.spec?.nodeName === target.name);
  return [pod?.metadata.name as string, '--tail=1'];
}
