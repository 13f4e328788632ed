import { Command } from 'commander';
import { dataDirOption, option } from '../config.ts';
import { outputOption, printRows } from '../output.ts';
import { UserError } from '../report.ts';
import { clusterAdmin } from '../server/deployment.ts';

interface TokenOptions {
  dataDir: string;
  cluster: string;
  output: string;
  ttl: string;
  description?: string;
}

function base(name: string): Command {
  return new Command(name).addOption(dataDirOption()).addOption(option('--cluster <name>', 'the cluster', 'default'));
}

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `30m`, `24h`, `7d` in seconds; `0` means without end. */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  const match = /^(\d+)([smhd])$/.exec(text);
  if (!match) throw new UserError(`"${text}" is no duration: write for example 30m, 24h or 7d.`);
  return Number(match[1]) * (unitSeconds[match[2] as string] as number);
}

export function tokenCommand(): Command {
  const create = base('create')
    .description('create a bootstrap token, with which machines join')
    .addOption(option('--ttl <duration>', 'how long it is good for (30m, 24h, 7d; 0: for ever)', '24h'))
    .option('--description <text>', 'what it is for')
    .addOption(outputOption())
    .action(async (options: TokenOptions) => {
      const created = await clusterAdmin(options).createToken({
        ttlSeconds: parseDuration(options.ttl),
        ...(options.description ? { description: options.description } : {}),
      });
      console.log(options.output === 'json' ? JSON.stringify(created, null, 2) : created.token);
    });
  const list = base('list')
    .alias('ls')
    .description('list bootstrap tokens')
    .addOption(outputOption())
    .action(async (options: TokenOptions) => {
      const rows = (await clusterAdmin(options).listTokens()).map((token) => ({
        id: token.id,
        expires: token.expiresAt ?? 'never',
        description: token.description ?? '',
      }));
      printRows(rows, options.output, 'No tokens: create one with `fairlead token create`.');
    });
  const revoke = base('revoke')
    .description('revoke a bootstrap token; nodes that joined with it stay')
    .argument('<id>', 'the part of the token before the dot')
    .action(async (id: string, options: TokenOptions) => {
      await clusterAdmin(options).revokeToken(id.split('.')[0] as string);
      console.log(`Token ${id.split('.')[0]} is revoked.`);
    });
  return new Command('token').description('bootstrap tokens').addCommand(create).addCommand(list).addCommand(revoke);
}
