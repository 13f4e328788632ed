import { Command } from 'commander';
import { option } from '../config.ts';
import { ageOf, outputOption, printRows } from '../output.ts';
import { UserError } from '../report.ts';
import { AdminClient } from '../server/admin-client.ts';
import { clusterUrl, saveCredential } from '../server/credentials.ts';
import { DataDir } from '../server/data-dir.ts';
import { type DeploymentOptions, deploymentOf, withDeploymentOptions } from '../server/deployment.ts';

function connect(options: DeploymentOptions) {
  const deployment = deploymentOf(options);
  return {
    deployment,
    admin: new AdminClient({ url: deployment.url, adminToken: deployment.adminToken, ca: deployment.ca }),
  };
}

function parseSettings(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError(`--settings must be a JSON object, for example '{"serviceCIDR":"10.97.0.0/16"}'.`, { cause });
  }
}

function createCommand(): Command {
  return withDeploymentOptions(new Command('create'))
    .description('create a cluster and keep its administrator credential')
    .argument('<name>', 'lower-case letters, digits and "-"')
    .option('--rotate', 'issue a new administrator credential for a cluster that exists')
    .addOption(option('--settings <json>', 'cluster settings that differ from the defaults'))
    .action(async (name: string, options: DeploymentOptions & { rotate?: boolean; settings?: string }) => {
      const { deployment, admin } = connect(options);
      const settings = parseSettings(options.settings);
      const created = await admin.createCluster(name, {
        rotate: options.rotate === true,
        ...(settings ? { settings } : {}),
      });
      saveCredential(new DataDir(options.dataDir), name, created.adminToken, options.server);
      console.log(`Cluster ${name} is ready at ${clusterUrl(deployment.url, name)}.`);
      console.log(`Point kubectl at it:  fairlead kubeconfig --cluster ${name} --merge`);
    });
}

function listCommand(): Command {
  return withDeploymentOptions(new Command('list'))
    .alias('ls')
    .description('list the clusters of a deployment')
    .addOption(outputOption())
    .action(async (options: DeploymentOptions & { output: string }) => {
      const { deployment, admin } = connect(options);
      const rows = (await admin.listClusters()).map((cluster) => ({
        name: cluster.name,
        age: ageOf(cluster.createdAt),
        server: clusterUrl(deployment.url, cluster.name),
      }));
      printRows(rows, options.output, 'No clusters yet: create one with `fairlead cluster create NAME`.');
    });
}

function deleteCommand(): Command {
  return withDeploymentOptions(new Command('delete'))
    .description('delete a cluster with everything in it')
    .argument('<name>')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: DeploymentOptions & { yes?: boolean }) => {
      if (!options.yes)
        throw new UserError(`This deletes the cluster "${name}" with everything in it: add --yes to do it.`);
      await connect(options).admin.deleteCluster(name);
      console.log(`Cluster ${name} is deleted.`);
    });
}

export function clusterCommand(): Command {
  return new Command('cluster')
    .description('create, list and delete clusters')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(deleteCommand());
}
