import { join } from 'node:path';
import { type Figure, type Floor, formatValue, latencyDetail } from '../figures.ts';
import { startBareObject } from '../floors/bare-object.ts';
import { startEtcd } from '../floors/etcd.ts';
import { generate } from '../load/generator.ts';
import type { FanOutJob, LoadResult, RequestTemplate } from '../load/job.ts';
import { startFairlead } from '../setup/fairlead-server.ts';
import { askJson, type Server } from '../setup/server.ts';
import type { Suite, SuiteContext } from '../suite.ts';
import * as requests from './api/requests.ts';

const warmupMs = 700;
const durationMs = 3_000;
/** Objects that reads and patches go over, and that a list returns. */
const listed = 1_000;

type Measured = LoadResult & { serverCpuMs: number };

/** The servers under comparison, and which index each has got to. */
interface Sides {
  fairlead: Server;
  bare: Server;
  etcd: Server;
}

export const apiSuite: Suite = {
  name: 'api',
  title: 'API server',
  needs: { etcd: 'etcd-server' },
  async run(context) {
    const sides = await startSides(context);
    const bench = createBench(context, sides);
    await prepareObjects(sides);
    const figures: Figure[] = [];
    for (const clients of [1, 64]) figures.push(await bench.createConfigMap(clients));
    figures.push(await bench.createPod(64));
    for (const clients of [1, 64]) figures.push(await bench.get(clients));
    for (const clients of [1, 64]) figures.push(await bench.patch(clients));
    for (const clients of [1, 4]) figures.push(await bench.list(clients));
    figures.push(...(await bench.fanOut()));
    return { figures, remarks };
  },
};

const remarks = [
  'Each client sends its next request when it has the answer to the last one. Ours and the bare object speak HTTPS and run on one thread of workerd; the bare object writes the same two rows with each write ("grouped": with the same group commit). etcd is asked over its JSON gateway by plain HTTP, and uses both cores.',
  'CPU is that of the server, of all its threads, for one request. The load generator is a process of its own, on the same two cores.',
];

async function startSides({ folder, cleanup, progress }: SuiteContext): Promise<Sides> {
  progress('starting the servers');
  const fairlead = await startFairlead(join(folder, 'fairlead'));
  cleanup.defer(() => fairlead.stop());
  const bare = await startBareObject(join(folder, 'bare'));
  cleanup.defer(() => bare.stop());
  const etcd = await startEtcd(join(folder, 'etcd'));
  cleanup.defer(() => etcd.stop());
  return { fairlead, bare, etcd };
}

/** Fills what is read, patched and listed. */
async function prepareObjects({ fairlead, bare, etcd }: Sides): Promise<void> {
  for (const name of [requests.readNamespace, requests.writeNamespace])
    await askJson(fairlead, '/api/v1/namespaces', { method: 'POST', body: requests.namespace(name) });
  const fill = { kind: 'load', clients: 16, warmupMs: 0, durationMs: 60_000, from: 0, requests: listed } as const;
  await generate(
    { ...fill, target: fairlead, request: requests.createConfigMap(requests.readNamespace) },
    fairlead.pid,
  );
  for (const object of ['plain', 'grouped'] as const)
    await generate({ ...fill, target: bare, request: requests.bareCreate(object, 'read') }, bare.pid);
  await generate({ ...fill, target: etcd, request: requests.etcdPut('read') }, etcd.pid);
}

/** The `resourceVersion` from which a watch sees only what is new. */
async function currentVersion(server: Server): Promise<string> {
  const { path } = requests.listConfigMaps(requests.readNamespace);
  return (await askJson<{ metadata: { resourceVersion: string } }>(server, `${path}?limit=1`)).metadata.resourceVersion;
}

function detailOf(result: Measured): string {
  return `${latencyDetail(result)}, CPU ${formatValue(result.serverCpuMs, 'ms')}`;
}

function createBench({ progress }: SuiteContext, sides: Sides) {
  const { fairlead, bare, etcd } = sides;
  /** Names are never used twice. */
  let next = 0;

  async function measure(server: Server, request: RequestTemplate, clients: number, count?: number): Promise<Measured> {
    const job = { kind: 'load', target: server, request, clients, warmupMs, durationMs } as const;
    const result = await generate({ ...job, from: next, ...(count === undefined ? {} : { count }) }, server.pid);
    next = result.next;
    return result;
  }

  async function compare(options: {
    id: string;
    title: string;
    clients: number;
    count?: number;
    ours: RequestTemplate;
    floors: readonly (readonly [name: string, server: Server, request: RequestTemplate])[];
  }): Promise<Figure> {
    const { clients, count } = options;
    const title = `${options.title}, ${clients} ${clients === 1 ? 'client' : 'clients'}`;
    progress(title);
    const ours = await measure(fairlead, options.ours, clients, count);
    const floors: Floor[] = [];
    for (const [name, server, request] of options.floors) {
      progress(`${title}: ${name}`);
      const floor = await measure(server, request, clients, count);
      floors.push({ name, value: floor.rate, detail: detailOf(floor) });
    }
    return { id: `${options.id}.${clients}`, title, unit: '/s', value: ours.rate, detail: detailOf(ours), floors };
  }

  return {
    createConfigMap: (clients: number) =>
      compare({
        id: 'api.create-configmap',
        title: 'create ConfigMap of 1.5 KB',
        clients,
        ours: requests.createConfigMap(requests.writeNamespace),
        floors: [
          ['bare object', bare, requests.bareCreate('plain', 'write')],
          ['bare object, grouped', bare, requests.bareCreate('grouped', 'write')],
          ['etcd put', etcd, requests.etcdPut('write')],
        ],
      }),
    createPod: (clients: number) =>
      compare({
        id: 'api.create-pod',
        title: 'create Pod of 1 KB',
        clients,
        ours: requests.createPod(requests.writeNamespace),
        floors: [['bare object', bare, requests.bareCreate('plain', 'pod')]],
      }),
    get: (clients: number) =>
      compare({
        id: 'api.get',
        title: 'get ConfigMap',
        clients,
        count: listed,
        ours: requests.getConfigMap(requests.readNamespace),
        floors: [
          ['bare object', bare, requests.bareGet('plain', 'read')],
          ['etcd get', etcd, requests.etcdGet('read')],
        ],
      }),
    patch: (clients: number) =>
      compare({
        id: 'api.patch',
        title: 'patch a label (merge patch)',
        clients,
        count: listed,
        ours: requests.patchConfigMap(requests.readNamespace),
        floors: [
          ['bare object', bare, requests.barePatch('plain', 'read')],
          ['bare object, grouped', bare, requests.barePatch('grouped', 'read')],
        ],
      }),
    list: (clients: number) =>
      compare({
        id: 'api.list',
        title: `list ${listed.toLocaleString('en-US')} ConfigMaps`,
        clients,
        count: 1,
        ours: requests.listConfigMaps(requests.readNamespace),
        floors: [['bare object', bare, requests.bareList('grouped')]],
      }),
    async fanOut(): Promise<Figure[]> {
      const figures: Figure[] = [];
      for (const { watchers, writesPerSecond, writers } of [
        { watchers: 100, writesPerSecond: 50, writers: 1 },
        { watchers: 500, writesPerSecond: 0, writers: 16 },
      ]) {
        const pace = writesPerSecond > 0 ? `${writesPerSecond} writes/s` : `${writers} writers`;
        progress(`watch fan-out to ${watchers}, ${pace}`);
        const job = { kind: 'fan-out', watchers, writesPerSecond, writers, warmupMs, durationMs, from: next } as const;
        const run = async (server: Server, templates: Pick<FanOutJob, 'watch' | 'write'>) => {
          const result = await generate({ ...job, target: server, ...templates }, server.pid);
          next = Math.max(next, result.next);
          return result;
        };
        const ours = await run(fairlead, {
          watch: requests.watchConfigMaps(requests.writeNamespace, await currentVersion(fairlead)),
          write: requests.createTimedConfigMap(requests.writeNamespace),
        });
        const floor = await run(bare, { watch: requests.bareWatch('grouped'), write: requests.bareTimed('grouped') });
        const detail = (result: typeof ours) =>
          `${formatValue(result.writes, '/s')} writes, ${latencyDetail(result)}, CPU of a write ${formatValue(result.serverCpuMs, 'ms')}`;
        figures.push({
          id: `api.watch.${watchers}`,
          title: `watch events to ${watchers} watchers, ${pace}`,
          unit: '/s',
          value: ours.events,
          detail: detail(ours),
          floors: [{ name: 'bare object, grouped', value: floor.events, detail: detail(floor) }],
        });
      }
      return figures;
    },
  };
}
