import { join } from 'node:path';
import type { Figure } from '../figures.ts';
import { generate } from '../load/generator.ts';
import type { RequestTemplate } from '../load/job.ts';
import { startFairlead } from '../setup/fairlead-server.ts';
import { askJson, type Server } from '../setup/server.ts';
import type { Suite, SuiteContext } from '../suite.ts';
import * as requests from './api/requests.ts';

const few = 1_000;
const many = 100_000;
const space = 'bench-growth';

export const growthSuite: Suite = {
  name: 'growth',
  title: 'Cost by number of objects',
  needs: {},
  async run(context) {
    return { figures: await measure(context), remarks };
  },
};

const remarks = [
  `CPU of the server, all its threads, for one request of 16 clients, with ${many.toLocaleString('en-US')} ConfigMaps of 1.5 KB in the cluster, beside the same with ${few.toLocaleString('en-US')}: it should not grow but for the depth of an index.`,
];

interface Operation {
  id: string;
  title: string;
  request: RequestTemplate;
  /** The request names objects that are there. */
  isOfStored: boolean;
}

const operations: readonly Operation[] = [
  { id: 'get', title: 'GET', request: requests.getConfigMap(space), isOfStored: true },
  { id: 'patch', title: 'merge patch', request: requests.patchConfigMap(space), isOfStored: true },
  { id: 'create', title: 'create', request: requests.createConfigMap('default'), isOfStored: false },
  {
    id: 'page',
    title: 'list of one page of 100',
    request: { method: 'GET', path: `${requests.listConfigMaps(space).path}?limit=100` },
    isOfStored: false,
  },
  {
    id: 'selected-page',
    title: 'list of one page of 100 with a label',
    request: { method: 'GET', path: `${requests.listConfigMaps(space).path}?limit=100&labelSelector=app%3Dbench` },
    isOfStored: false,
  },
];

async function measure({ folder, cleanup, progress }: SuiteContext): Promise<Figure[]> {
  const server = await startFairlead(join(folder, 'server'));
  cleanup.defer(() => server.stop());
  await askJson(server, '/api/v1/namespaces', { method: 'POST', body: requests.namespace(space) });
  progress(`with ${few} objects`);
  await fill(server, 0, few);
  const before = await costs(server, progress, few);
  progress(`creating ${many - few} objects`);
  await fill(server, few, many);
  const after = await costs(server, progress, many);
  return operations.map(({ id, title }) => ({
    id: `growth.${id}`,
    title: `CPU of a ${title}`,
    unit: 'us',
    value: after.get(id)!,
    floors: [{ name: `${few.toLocaleString('en-US')} objects`, value: before.get(id)! }],
  }));
}

async function fill(server: Server, from: number, to: number): Promise<void> {
  const request = requests.createConfigMap(space);
  const job = { kind: 'load', target: server, request, clients: 64, requests: to - from } as const;
  await generate({ ...job, from, warmupMs: 0, durationMs: 600_000 }, server.pid);
}

/** Names that creates have not used yet. */
let next = 1_000_000;

async function costs(server: Server, progress: SuiteContext['progress'], stored: number): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const { id, title, request, isOfStored } of operations) {
    progress(`${title}, ${stored} objects`);
    const job = { kind: 'load', target: server, request, clients: 16, warmupMs: 500, durationMs: 2_500 } as const;
    const range = isOfStored ? { from: 0, count: stored } : { from: next };
    const result = await generate({ ...job, ...range }, server.pid);
    if (!isOfStored) next = result.next;
    found.set(id, result.serverCpuMs * 1000);
  }
  return found;
}
