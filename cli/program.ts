import { Command } from 'commander';
import { clusterCommand } from './commands/cluster.ts';
import { completionCommand } from './commands/completion.ts';
import { downCommand } from './commands/down.ts';
import { joinCommand } from './commands/join.ts';
import { kubeconfigCommand } from './commands/kubeconfig.ts';
import { serverCommand } from './commands/server.ts';
import { tokenCommand } from './commands/token.ts';
import { upCommand } from './commands/up.ts';
import { versionCommand } from './commands/version.ts';
import { applyConfigFile } from './config.ts';

/** The whole command tree. Each command is a file of `commands/`. */
export function createProgram(): Command {
  const program = new Command('fairlead')
    .description('Kubernetes without a control-plane server.')
    .option('--config <file>', 'YAML file with values for any option, by its long name', process.env.FAIRLEAD_CONFIG)
    .showHelpAfterError('(see --help)')
    .addHelpText(
      'after',
      '\nEach option can also be given as FAIRLEAD_<OPTION> in the environment or as a line of the config file.\nOrder: flag, environment, config file, default.',
    );
  for (const command of [
    upCommand(),
    downCommand(),
    serverCommand(),
    clusterCommand(),
    kubeconfigCommand(),
    tokenCommand(),
    joinCommand(),
    versionCommand(),
    completionCommand(program),
  ]) {
    program.addCommand(command);
  }
  program.hook('preAction', (_program, action) => applyConfigFile(action, program.opts<{ config?: string }>().config));
  return program;
}
