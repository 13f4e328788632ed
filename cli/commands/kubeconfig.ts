import { Command } from 'commander';
import { stringify } from 'yaml';
import { dataDirOption, option } from '../config.ts';
import { kubeconfigFor, mergeIntoUserKubeconfig } from '../kubeconfig.ts';
import { requireCredential } from '../server/credentials.ts';
import { DataDir } from '../server/data-dir.ts';

export function kubeconfigCommand(): Command {
  return new Command('kubeconfig')
    .description("print a cluster's kubeconfig, or merge it into your own")
    .addOption(dataDirOption())
    .addOption(option('--cluster <name>', 'the cluster', 'default'))
    .option('--merge', 'write it into $KUBECONFIG or ~/.kube/config and make it current')
    .action((options: { dataDir: string; cluster: string; merge?: boolean }) => {
      const config = kubeconfigFor(requireCredential(new DataDir(options.dataDir), options.cluster));
      if (options.merge)
        console.error(
          `Merged into ${mergeIntoUserKubeconfig(config)}; the current context is ${config['current-context']}.`,
        );
      else process.stdout.write(stringify(config));
    });
}
