import { Command, Option } from 'commander';
import { dataDirOption, option } from '../config.ts';
import { DataDir } from '../server/data-dir.ts';
import { startLocalServer } from '../server/local-server.ts';

interface ServerOptions {
  dataDir: string;
  listen: string;
  settings?: string;
  controllers: 'cluster' | 'object';
}

export function serverCommand(): Command {
  return new Command('server')
    .description('run the control plane on this machine')
    .addOption(option('--listen <host:port>', 'where the API server listens', '127.0.0.1:6443'))
    .addOption(dataDirOption())
    .addOption(option('--settings <json>', 'cluster settings that differ from the defaults, as JSON'))
    .addOption(
      new Option(
        '--controllers <where>',
        'run scheduler and controllers in the cluster object or in objects of their own',
      )
        .choices(['cluster', 'object'])
        .default('cluster')
        .env('FAIRLEAD_CONTROLLERS'),
    )
    .action(async (options: ServerOptions) => {
      const server = await startLocalServer({
        dataDir: new DataDir(options.dataDir),
        listen: options.listen,
        controllers: options.controllers,
        ...(options.settings ? { settings: options.settings } : {}),
        log: (message) => console.error(message),
      });
      console.error(`The control plane answers at ${server.url} (state in ${options.dataDir}).`);
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void server.stop());
      await server.done;
    });
}
