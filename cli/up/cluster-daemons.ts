import { join } from 'node:path';
import type { DataDir } from '../server/data-dir.ts';
import { packageRoot } from '../server/package-root.ts';
import type { Daemon } from './daemon.ts';

const launcher = () => join(packageRoot(), 'bin', 'fairlead.mjs');

/** Folder of the node agent below the data directory of `fairlead up`. */
export function agentDataDir(dataDir: DataDir): string {
  return dataDir.file('node');
}

/** `advertiseAddress` is empty where only this machine reaches the server. */
export function serverDaemon(dataDir: DataDir, options: { listen: string; advertiseAddress: string }): Daemon {
  const args = [launcher(), 'server', '--listen', options.listen, '--data-dir', dataDir.path];
  if (options.advertiseAddress) args.push('--advertise-address', options.advertiseAddress);
  return { name: 'server', command: process.execPath, args, mark: serverMark(dataDir) };
}

export interface AgentArguments {
  url: string;
  token: string;
  caFile: string;
  nodeName: string;
  nodeIP: string;
  dockerHost: string;
}

export function agentDaemon(dataDir: DataDir, options: AgentArguments): Daemon {
  const args = [
    launcher(),
    'join',
    '--data-dir',
    agentDataDir(dataDir),
    '--server',
    options.url,
    '--ca-file',
    options.caFile,
  ];
  args.push('--node-name', options.nodeName, '--node-ip', options.nodeIP, '--docker-host', options.dockerHost);
  return {
    name: 'agent',
    command: process.execPath,
    args,
    env: { FAIRLEAD_TOKEN: options.token },
    mark: agentMark(dataDir),
  };
}

/** What identifies the two processes of a data directory, whatever else they were started with. */
export function agentMark(dataDir: DataDir): string {
  return `join --data-dir ${agentDataDir(dataDir)} `;
}

export function serverMark(dataDir: DataDir): string {
  return `--data-dir ${dataDir.path}`;
}
