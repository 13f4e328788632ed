import { join } from 'node:path';
import { type Figure, type Floor, latencyDetail } from '../figures.ts';
import { generate } from '../load/generator.ts';
import { startFairlead } from '../setup/fairlead-server.ts';
import { askJson, type Server } from '../setup/server.ts';
import type { Suite, SuiteContext } from '../suite.ts';
import { namespace } from './api/requests.ts';
import {
  definitions,
  fill,
  type MeasuredKind,
  measuredNamespace,
  operations,
  podTemplates,
  recipes,
  ruledRecipes,
} from './custom/requests.ts';

const objects = 100;
const clients = 16;

export const customSuite: Suite = {
  name: 'custom',
  title: 'Custom resources',
  needs: {},
  async run(context) {
    const server = await start(context);
    const figures: Figure[] = [];
    let next = objects;
    for (const [operation, requestOf] of Object.entries(operations)) {
      const measure = async (kind: MeasuredKind) => {
        const load = { kind: 'load', target: server, request: requestOf(kind), clients } as const;
        const timed = { ...load, warmupMs: 700, durationMs: 2_500, from: next, count: objects };
        const result = await generate(timed, server.pid);
        next = result.next;
        return { value: result.serverCpuMs * 1000, detail: latencyDetail(result) };
      };
      context.progress(`${operation} of a built-in kind`);
      const floors: Floor[] = [{ name: podTemplates.kind, ...(await measure(podTemplates)) }];
      for (const { id, kind, what } of measured) {
        context.progress(`${operation} of ${what}`);
        const title = `${operation} of ${what}`;
        figures.push({
          id: `custom.${operation.replaceAll(' ', '-')}.${id}`,
          title,
          unit: 'us',
          floors,
          ...(await measure(kind)),
        });
      }
    }
    return { figures, remarks };
  },
};

const measured = [
  { id: 'plain', kind: recipes, what: 'a custom resource' },
  { id: 'ruled', kind: ruledRecipes, what: 'one with five rules in CEL' },
] as const;

const remarks = [
  'CPU of all threads of `fairlead server` for one request, over 16 connections. The object is a PodTemplate of two containers, and the same as a custom resource whose schema has about 150 fields, with defaults, patterns, bounds and keyed lists.',
];

async function start({ folder, cleanup, progress }: SuiteContext): Promise<Server> {
  progress('starting the server');
  const server = await startFairlead(join(folder, 'server'));
  cleanup.defer(() => server.stop());
  const post = (path: string, body: object) => askJson(server, path, { method: 'POST', body });
  await post('/api/v1/namespaces', namespace(measuredNamespace));
  for (const one of definitions) await post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', one);
  for (const kind of [podTemplates, recipes, ruledRecipes]) {
    const job = { kind: 'load', clients: 16, warmupMs: 0, durationMs: 60_000, from: 0, requests: objects } as const;
    await generate({ ...job, target: server, request: fill(kind) }, server.pid);
  }
  return server;
}
