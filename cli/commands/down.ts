import { hostname } from 'node:os';
import { Command } from 'commander';
import { dataDirOption, option } from '../config.ts';
import { createProgress } from '../report.ts';
import { DataDir } from '../server/data-dir.ts';
import { agentDataDir, agentMark, serverMark } from '../up/cluster-daemons.ts';
import { stopDaemon } from '../up/daemon.ts';
import { defaultDockerHost, engineAnswers, engineDaemon } from '../up/docker-engine.ts';

interface DownOptions {
  dataDir: string;
  dockerHost: string;
  nodeName: string;
  keepPods?: boolean;
}

const graceMs = 5_000;
const engineGraceMs = 20_000;

async function down(options: DownOptions): Promise<void> {
  const dataDir = new DataDir(options.dataDir);
  const progress = createProgress();
  const stop = (name: string, mark: string, grace: number) => async (remark: (text: string) => void) =>
    remark((await stopDaemon(dataDir, { name, mark }, grace)) ? 'stopped' : 'was not running');
  await progress.step('Node agent', stop('agent', agentMark(dataDir), graceMs));
  await progress.step('Control plane', stop('server', serverMark(dataDir), graceMs));
  if (!options.keepPods && (await engineAnswers(options.dockerHost))) {
    await progress.step('Containers, networks and proxy rules of the node', async (remark) => {
      const { cleanUpNode } = await import('../../node-agent/main.ts');
      remark(`${await cleanUpNode({ ...options, dataDir: agentDataDir(dataDir) })} containers removed`);
    });
    await progress.step('Docker engine', stop(engineDaemon.name, engineDaemon.mark, engineGraceMs));
  }
  console.log(`The state of the cluster stays in ${options.dataDir}; \`npm run up\` brings it back.`);
}

export function downCommand(): Command {
  return new Command('down')
    .description('stop what `up` started; the state of the cluster stays')
    .addOption(dataDirOption())
    .addOption(option('--docker-host <url>', 'the Docker engine that runs the Pods', defaultDockerHost()))
    .addOption(option('--node-name <name>', 'name of the Node', hostname().toLowerCase()))
    .option('--keep-pods', 'leave the containers of Pods running')
    .action(down);
}
