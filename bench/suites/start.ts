import { join } from 'node:path';
import type { Figure, Floor } from '../figures.ts';
import { startBareObject } from '../floors/bare-object.ts';
import { startFairlead } from '../setup/fairlead-server.ts';
import { askJson } from '../setup/server.ts';
import { median, percentile } from '../statistics.ts';
import type { Suite, SuiteContext } from '../suite.ts';

const rounds = 5;

export const startSuite: Suite = {
  name: 'start',
  title: 'Start of the server',
  needs: {},
  async run(context) {
    const fresh: number[] = [];
    const existing: number[] = [];
    const bare: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      context.progress(`round ${round} of ${rounds}`);
      const dataDir = join(context.folder, `server-${round}`);
      fresh.push(await timeStart(context, dataDir));
      existing.push(await timeStart(context, dataDir));
      const floor = await startBareObject(join(context.folder, `bare-${round}`));
      bare.push(floor.startMs);
      await floor.stop();
    }
    const floors: Floor[] = [{ name: 'bare workerd', value: median(bare) }];
    return {
      figures: [
        figure('start.fresh', 'fairlead server, new data directory', fresh, floors),
        figure('start.existing', 'fairlead server, existing data directory', existing, floors),
      ],
      remarks: [
        'From starting the process to its first answer (`/readyz` of the cluster `default`), over TLS. A new directory also gets its certificate authority and its cluster. The floor is workerd with the bare object, without the Node process that supervises ours.',
      ],
    };
  },
};

function figure(id: string, title: string, values: number[], floors: Floor[]): Figure {
  const detail = `p90 ${Math.round(percentile(values, 0.9))} ms of ${values.length}`;
  return { id, title, unit: 'ms', value: median(values), detail, floors };
}

/** Starts the server, leaves an object in it, and stops it. */
async function timeStart({ cleanup }: SuiteContext, dataDir: string): Promise<number> {
  const server = await startFairlead(dataDir);
  cleanup.defer(() => server.stop());
  await askJson(server, '/api/v1/namespaces/default/configmaps', {
    method: 'POST',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'start-' } },
  });
  await server.stop();
  return server.startMs;
}
