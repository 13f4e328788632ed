import type { Command } from 'commander';
import { dataDirOption, option } from '../config.ts';
import { UserError } from '../report.ts';
import { AdminClient } from './admin-client.ts';
import { type Deployment, localDeployment, requireCredential } from './credentials.ts';
import { DataDir } from './data-dir.ts';

export interface DeploymentOptions {
  dataDir: string;
  server?: string;
  adminToken?: string;
}

/** Options of the commands that manage clusters: the deployment of a data directory, or any other one. */
export function withDeploymentOptions(command: Command): Command {
  return command
    .addOption(dataDirOption())
    .addOption(option('--server <url>', 'a deployment elsewhere, for example on Cloudflare'))
    .addOption(option('--admin-token <token>', 'its administrator token'));
}

export function deploymentOf(options: DeploymentOptions): Deployment {
  if (options.server) {
    if (!options.adminToken)
      throw new UserError('--server needs the administrator token of that deployment: add --admin-token.');
    return { url: options.server, adminToken: options.adminToken };
  }
  const local = localDeployment(new DataDir(options.dataDir));
  if (local) return local;
  throw new UserError(
    `No server has run on ${options.dataDir} yet: start one with \`fairlead server\`, or name a deployment with --server.`,
  );
}

/** A client for what belongs to one cluster, with that cluster's administrator credential. */
export function clusterAdmin(options: { dataDir: string; cluster: string }): AdminClient {
  const credential = requireCredential(new DataDir(options.dataDir), options.cluster);
  return new AdminClient({ url: credential.server, adminToken: credential.token, ca: credential.ca });
}
