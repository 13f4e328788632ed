import { Command } from 'commander';
import { stringify } from 'yaml';
import { ApiClient } from '../api-client.ts';
import { dataDirOption, option } from '../config.ts';
import { type Kubeconfig, kubeconfigFor, kubeconfigForUser, mergeIntoUserKubeconfig } from '../kubeconfig.ts';
import { certificateServer, requireCredential } from '../server/credentials.ts';
import { DataDir } from '../server/data-dir.ts';
import { issueUserCertificate } from '../server/user-certificate.ts';
import { parseDuration } from './token.ts';

interface KubeconfigOptions {
  dataDir: string;
  cluster: string;
  user?: string;
  group: string[];
  expires: string;
  merge?: boolean;
}

export function kubeconfigCommand(): Command {
  return new Command('kubeconfig')
    .description("print a cluster's kubeconfig, or merge it into your own")
    .addOption(dataDirOption())
    .addOption(option('--cluster <name>', 'the cluster', 'default'))
    .addOption(option('--user <name>', 'for this user instead of the administrator, by a certificate'))
    .option('--group <name>', "a group of the user's; may be given several times", collect, [])
    .addOption(option('--expires <duration>', 'how long the certificate is good for (24h, 90d)', '365d'))
    .option('--merge', 'write it into $KUBECONFIG or ~/.kube/config and make it current')
    .action(async (options: KubeconfigOptions) => {
      const config = await kubeconfigOf(options);
      if (options.merge)
        console.error(
          `Merged into ${mergeIntoUserKubeconfig(config)}; the current context is ${config['current-context']}.`,
        );
      else process.stdout.write(stringify(config));
    });
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}

async function kubeconfigOf(options: KubeconfigOptions): Promise<Kubeconfig> {
  const dataDir = new DataDir(options.dataDir);
  const administrator = requireCredential(dataDir, options.cluster);
  const { user, group: groups, expires } = options;
  if (user === undefined) return kubeconfigFor(administrator);
  const server = certificateServer(dataDir, administrator);
  const expirationSeconds = parseDuration(expires);
  const issued = await issueUserCertificate(new ApiClient(administrator), { user, groups, expirationSeconds });
  return kubeconfigForUser({ ...administrator, server }, { user, ...issued });
}
