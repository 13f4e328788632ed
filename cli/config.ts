import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { parse } from 'yaml';
import { UserError } from './report.ts';

/** An option that can also come from `FAIRLEAD_<NAME>` and from the config file. `flags` as commander writes them. */
export function option(flags: string, description: string, defaultValue?: string): Option {
  const result = new Option(flags, description);
  result.env(`FAIRLEAD_${result.long?.replace(/^--/, '').replaceAll('-', '_').toUpperCase()}`);
  return defaultValue === undefined ? result : result.default(defaultValue);
}

/** Where cluster state lies unless said otherwise. */
export function defaultDataDir(): string {
  if (process.getuid?.() === 0) return '/var/lib/fairlead';
  return join(process.env.XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'fairlead');
}

export function dataDirOption(): Option {
  return option('--data-dir <dir>', 'where state, certificates and credentials lie', defaultDataDir());
}

function configPath(explicit: string | undefined): string | undefined {
  if (explicit) {
    if (!existsSync(explicit)) throw new UserError(`The config file ${explicit} does not exist.`);
    return explicit;
  }
  const standard = join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'fairlead', 'config.yaml');
  return existsSync(standard) ? standard : undefined;
}

/** Fills the options of `action` that neither flag nor environment set, from the config file. */
export function applyConfigFile(action: Command, explicit: string | undefined): void {
  const path = configPath(explicit);
  if (!path) return;
  const values: unknown = parse(readFileSync(path, 'utf8')) ?? {};
  if (typeof values !== 'object' || Array.isArray(values)) {
    throw new UserError(`The config file ${path} must hold "option: value" lines.`);
  }
  const given = new Map(Object.entries(values as Record<string, unknown>));
  for (const item of action.options) {
    const name = item.attributeName();
    const value = given.get(item.long?.replace(/^--/, '') ?? '') ?? given.get(name);
    const source = action.getOptionValueSource(name);
    if (value !== undefined && (source === undefined || source === 'default')) {
      action.setOptionValueWithSource(name, typeof value === 'boolean' ? value : String(value), 'config');
    }
  }
}
