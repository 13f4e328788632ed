import { join } from 'node:path';
import { type Figure, formatValue } from '../figures.ts';
import { generate } from '../load/generator.ts';
import { startFairlead } from '../setup/fairlead-server.ts';
import { askJson, type Server } from '../setup/server.ts';
import type { Suite, SuiteContext } from '../suite.ts';
import { createPod, namespace } from './api/requests.ts';
import { drain } from './lists/drain.ts';

const listed = 'bench-lists';
const counts = [10_000, 50_000];
/** MB: what Cloudflare gives an object. With more than that it would end, and the suite with it. */
const heapLimit = 128;

export const listsSuite: Suite = {
  name: 'lists',
  title: 'Large lists',
  needs: {},
  async run(context) {
    return { figures: await measure(context), remarks };
  },
};

const remarks = [
  `One client reads all Pods, without a limit, from a server whose objects in JavaScript may take ${heapLimit} MB, which is what Cloudflare gives an object; it ends where it needs more. Memory is the most by which the resident memory of the whole server has grown meanwhile, buffers and database included. The size of the answer is its floor: what a server would hold that makes it as a whole. Beyond 48 MiB a list that was asked for in protobuf is given in JSON.`,
];

interface Form {
  id: string;
  title: string;
  accept: string;
  query: string;
  /** In a stream that does not end: what its last wanted event says. */
  until?: string;
}

const forms: readonly Form[] = [
  { id: 'json', title: 'JSON', accept: 'application/json', query: '' },
  { id: 'table', title: 'Table', accept: 'application/json;as=Table;v=v1;g=meta.k8s.io', query: '' },
  { id: 'protobuf', title: 'protobuf', accept: 'application/vnd.kubernetes.protobuf,application/json', query: '' },
  { id: 'yaml', title: 'YAML', accept: 'application/yaml', query: '' },
  {
    id: 'watch',
    title: 'watch that begins with the state',
    accept: 'application/json',
    query: '?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
    until: 'k8s.io/initial-events-end',
  },
];

async function measure({ folder, cleanup, progress }: SuiteContext): Promise<Figure[]> {
  const server = await startFairlead(join(folder, 'server'), ['--heap-limit', String(heapLimit)]);
  cleanup.defer(() => server.stop());
  await askJson(server, '/api/v1/namespaces', { method: 'POST', body: namespace(listed) });
  const figures: Figure[] = [];
  let created = 0;
  for (const count of counts) {
    progress(`creating ${count - created} Pods`);
    created = await create(server, created, count);
    for (const form of forms) {
      progress(`${form.title}, ${count} Pods`);
      figures.push(...(await figuresOf(server, form, count)));
    }
  }
  return figures;
}

async function create(server: Server, from: number, to: number): Promise<number> {
  const job = { kind: 'load', target: server, request: createPod(listed), clients: 32, requests: to - from } as const;
  const { next } = await generate({ ...job, from, warmupMs: 0, durationMs: 600_000 }, server.pid);
  return next;
}

async function figuresOf(server: Server, form: Form, count: number): Promise<Figure[]> {
  const { ms, bytes, grownBy } = await drain(server, {
    path: `/api/v1/namespaces/${listed}/pods${form.query}`,
    accept: form.accept,
    ...(form.until === undefined ? {} : { until: form.until }),
  });
  const what = `${form.title}, ${count.toLocaleString('en-US')} Pods`;
  const megabytes = bytes / 1e6;
  return [
    { id: `lists.${form.id}.${count}`, title: what, unit: 'ms', value: ms, detail: formatValue(megabytes, 'MB') },
    {
      id: `lists.${form.id}.${count}.memory`,
      title: `memory for ${what}`,
      unit: 'MB',
      value: grownBy,
      floors: [{ name: 'answer', value: megabytes }],
    },
  ];
}
