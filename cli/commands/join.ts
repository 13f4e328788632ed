import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { Command, Option } from 'commander';
import { dataDirOption, option } from '../config.ts';
import { UserError } from '../report.ts';
import { DataDir } from '../server/data-dir.ts';
import { defaultDockerHost } from '../up/docker-engine.ts';
import { defaultNodeIP } from '../up/node-ip.ts';

export interface JoinOptions {
  server: string;
  token?: string;
  caFile?: string;
  nodeName: string;
  nodeIp?: string;
  dockerHost: string;
  dataDir: string;
  proxyMode?: 'nftables' | 'userspace';
}

export function joinCommand(): Command {
  return new Command('join')
    .description('run the node agent: makes this machine a node of a cluster')
    .addOption(option('--server <url>', 'API endpoint of the cluster').makeOptionMandatory())
    .addOption(option('--token <token>', 'bootstrap token (`fairlead token create`); needed only the first time'))
    .addOption(option('--ca-file <file>', 'certificate authority of the server, where it is not publicly trusted'))
    .addOption(option('--node-name <name>', 'name of the Node', hostname().toLowerCase()))
    .addOption(option('--node-ip <address>', 'address under which other nodes reach this one'))
    .addOption(option('--docker-host <url>', 'the Docker engine to run Pods on', defaultDockerHost()))
    .addOption(dataDirOption())
    .addOption(
      new Option('--proxy-mode <mode>', 'how Services are proxied (default: nftables as root, else userspace)')
        .choices(['nftables', 'userspace'])
        .env('FAIRLEAD_PROXY_MODE'),
    )
    .action(async (options: JoinOptions) => {
      if (options.caFile && !existsSync(options.caFile))
        throw new UserError(`The CA file ${options.caFile} does not exist.`);
      new DataDir(options.dataDir).prepare();
      // The agent is loaded only by the command that runs it.
      const { runAgent } = await import('../../node-agent/main.ts');
      await runAgent({ ...options, nodeIP: options.nodeIp ?? defaultNodeIP() });
    });
}
