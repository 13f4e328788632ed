import { join } from 'node:path';
import { guestbookImages } from '../../e2e/lab/guestbook-images.ts';
import { LineProcess } from '../../e2e/lab/line-process.ts';
import { labPackages } from '../../scripts/system-packages.ts';
import type { Figure } from '../figures.ts';
import { formatValue } from '../figures.ts';
import type { StartConfig, StartTimes } from '../lab/start-times.ts';
import { startOneNode } from '../setup/one-node.ts';
import { median, percentile } from '../statistics.ts';
import type { Suite } from '../suite.ts';

const rounds = 15;

export const podsSuite: Suite = {
  name: 'pods',
  title: 'Start of a Pod',
  needs: labPackages,
  async run(context) {
    const { lab, node, api } = await startOneNode(context);
    const script = join(import.meta.dirname, '..', 'lab', 'pod-starter.ts');
    const starter = new LineProcess(
      lab.spawn(node.host, process.execPath, [script], { stdio: ['pipe', 'pipe', 'pipe'] }),
    );
    context.cleanup.defer(() => starter.stop());
    const config: StartConfig = { api, dockerHost: node.engine.dockerHost, image: guestbookImages[1] as string };
    await starter.ask(JSON.stringify(config));
    const ours: StartTimes[] = [];
    const docker: StartTimes[] = [];
    for (let round = 0; round <= rounds; round++) {
      context.progress(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
      const both = [await starter.ask('pod'), await starter.ask('docker')].map(
        (line) => JSON.parse(line) as StartTimes,
      );
      // The first round fills caches on both sides.
      if (round === 0) continue;
      ours.push(both[0] as StartTimes);
      docker.push(both[1] as StartTimes);
    }
    const figures = [
      figure('pods.running', 'from create to Running in a watch', ours, docker, 'running'),
      figure('pods.first-reply', 'from create to the first reply through the Service', ours, docker, 'reply'),
    ];
    return { figures, remarks };
  },
};

const remarks = [
  `Medians of ${rounds} rounds, in each of which a Pod is started, and then the same two containers (pause and app, on the same network of the same engine) by hand through Docker's API; for those, Running is Docker's own word and the reply comes from the container's address. A client on the node measures both.`,
];

function figure(
  id: string,
  title: string,
  ours: readonly StartTimes[],
  docker: readonly StartTimes[],
  what: keyof StartTimes,
): Figure {
  const [mine, theirs] = [ours, docker].map((times) => times.map((time) => time[what])) as [number[], number[]];
  const detail = (values: number[]) => `p90 ${formatValue(percentile(values, 0.9), 'ms')}`;
  const floors = [{ name: 'Docker', value: median(theirs), detail: detail(theirs) }];
  return { id, title, unit: 'ms', value: median(mine), detail: detail(mine), floors };
}
