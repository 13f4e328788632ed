import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { kubernetesVersion } from '../../shared/api/version.ts';
import { protocolVersion } from '../../shared/protocol/messages.ts';
import { outputOption } from '../output.ts';
import { packageRoot } from '../server/package-root.ts';

export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
}

export function versionCommand(): Command {
  return new Command('version')
    .description('versions of fairlead, of the Kubernetes API it serves and of the node protocol')
    .addOption(outputOption())
    .action((options: { output: string }) => {
      const versions = {
        fairlead: packageVersion(),
        kubernetes: kubernetesVersion,
        nodeProtocol: protocolVersion,
        node: process.version,
      };
      if (options.output === 'json') console.log(JSON.stringify(versions, null, 2));
      else for (const [name, version] of Object.entries(versions)) console.log(`${name.padEnd(13)} ${version}`);
    });
}
