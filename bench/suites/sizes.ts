import { join } from 'node:path';
import { type Figure, formatValue, latencyDetail } from '../figures.ts';
import { startBareObject } from '../floors/bare-object.ts';
import { generate } from '../load/generator.ts';
import type { RequestTemplate } from '../load/job.ts';
import { startFairlead } from '../setup/fairlead-server.ts';
import { askJson, type Server } from '../setup/server.ts';
import type { Suite, SuiteContext } from '../suite.ts';
import { namespace } from './api/requests.ts';
import { filling, listOne, type Operation, operations, sizesNamespace, watching } from './sizes/requests.ts';

/** Bytes of an object, and how many of them there are to read and change. */
const sizes = [
  { bytes: 1_000, title: '1 KB', objects: 100 },
  { bytes: 10_000, title: '10 KB', objects: 100 },
  { bytes: 100_000, title: '100 KB', objects: 20 },
  { bytes: 1_000_000, title: '1 MB', objects: 4 },
] as const;
type Size = (typeof sizes)[number];

const clients = 4;
const watchers = 10;
const warmupMs = 500;
const durationMs = 2_000;

interface Sides {
  fairlead: Server;
  bare: Server;
}

export const sizesSuite: Suite = {
  name: 'sizes',
  title: 'Cost by object size',
  needs: {},
  async run(context) {
    const bench = createBench(context, await start(context));
    const figures: Figure[] = [];
    for (const size of sizes) {
      await bench.fill(size);
      for (const operation of operations) figures.push(await bench.measure(size, operation));
      figures.push(await bench.watch(size));
    }
    return { figures, remarks };
  },
};

const remarks = [
  `ConfigMaps with a value for each kilobyte, over ${clients} connections; CPU of all threads of the server for one request. The bare object stores and returns the same bytes, and parses them for a patch.`,
  `Watch events are those of creates, as fast as one client makes them, to ${watchers} watches.`,
];

async function start({ folder, cleanup, progress }: SuiteContext): Promise<Sides> {
  progress('starting the servers');
  const fairlead = await startFairlead(join(folder, 'fairlead'));
  cleanup.defer(() => fairlead.stop());
  const bare = await startBareObject(join(folder, 'bare'));
  cleanup.defer(() => bare.stop());
  await askJson(fairlead, '/api/v1/namespaces', { method: 'POST', body: namespace(sizesNamespace) });
  return { fairlead, bare };
}

function createBench({ progress }: SuiteContext, { fairlead, bare }: Sides) {
  /** Names are never used twice. */
  let next = 0;

  async function cost(server: Server, request: RequestTemplate, count: number) {
    const job = { kind: 'load', target: server, request, clients, warmupMs, durationMs, from: next, count } as const;
    const result = await generate(job, server.pid);
    next = result.next;
    return { value: result.serverCpuMs * 1000, detail: `${formatValue(result.rate, '/s')}, ${latencyDetail(result)}` };
  }

  return {
    async fill({ bytes, title, objects }: Size): Promise<void> {
      progress(`filling with objects of ${title}`);
      for (const [server, request] of [
        [fairlead, filling.ours(bytes)],
        [bare, filling.bare(bytes)],
      ] as const) {
        const job = { kind: 'load', clients: 1, warmupMs: 0, durationMs: 60_000, from: 0, requests: objects } as const;
        await generate({ ...job, target: server, request }, server.pid);
      }
    },
    async measure({ bytes, title, objects }: Size, operation: Operation): Promise<Figure> {
      const what = `${operation.title}, ${title}`;
      progress(what);
      const ours = await cost(fairlead, operation.ours(bytes), objects);
      progress(`${what}: bare object`);
      const floor = await cost(bare, operation.bare(bytes), objects);
      const floors = [{ name: 'bare object', ...floor }];
      return { id: `sizes.${operation.id}.${bytes}`, title: what, unit: 'us', floors, ...ours };
    },
    async watch({ bytes, title }: Size): Promise<Figure> {
      const what = `watch events to ${watchers} watches, ${title}`;
      progress(what);
      const run = async (server: Server, templates: ReturnType<typeof watching.bare>) => {
        const pace = { watchers, writers: 1, writesPerSecond: 0, warmupMs, durationMs, from: next };
        const result = await generate({ kind: 'fan-out', target: server, ...pace, ...templates }, server.pid);
        next = Math.max(next, result.next);
        const cpu = `CPU of a write ${formatValue(result.serverCpuMs, 'ms')}`;
        return {
          value: result.events,
          detail: `${formatValue(result.writes, '/s')} writes, ${latencyDetail(result)}, ${cpu}`,
        };
      };
      const { metadata } = await askJson<{ metadata: { resourceVersion: string } }>(fairlead, listOne);
      const ours = await run(fairlead, watching.ours(bytes, metadata.resourceVersion));
      progress(`${what}: bare object`);
      const floors = [{ name: 'bare object', ...(await run(bare, watching.bare(bytes))) }];
      return { id: `sizes.watch.${bytes}`, title: what, unit: '/s', floors, ...ours };
    },
  };
}
