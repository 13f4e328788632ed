import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseDuration } from './commands/token.ts';
import { applyConfigFile, option } from './config.ts';
import { createProgram } from './program.ts';
import { splitListen } from './server/local-server.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-config-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('where an option comes from', () => {
  async function listenOf(
    args: string[],
    { file, environment }: { file?: string; environment?: string },
  ): Promise<string> {
    vi.stubEnv('FAIRLEAD_LISTEN', environment);
    const config = join(folder, 'config.yaml');
    writeFileSync(config, file ?? '');
    let seen = '';
    const command = new Command('server').addOption(option('--listen <host:port>', '', 'from default'));
    command.hook('preAction', (_, action) => applyConfigFile(action, config));
    await command
      .action((options: { listen: string }) => {
        seen = options.listen;
      })
      .parseAsync(args, { from: 'user' });
    return seen;
  }

  test('flag over environment over file over default', async () => {
    const file = 'listen: from file';
    expect(await listenOf(['--listen', 'from flag'], { file, environment: 'from environment' })).toBe('from flag');
    expect(await listenOf([], { file, environment: 'from environment' })).toBe('from environment');
    expect(await listenOf([], { file })).toBe('from file');
    expect(await listenOf([], {})).toBe('from default');
  });

  test('a config file that was named but does not exist is an error', () => {
    expect(() => applyConfigFile(new Command(), join(folder, 'absent.yaml'))).toThrow(/does not exist/);
  });
});

describe('the command line', () => {
  test('every option can come from the environment, under one name', () => {
    const options = createProgram()
      .commands.flatMap((command) => [command, ...command.commands])
      .flatMap((command) => command.options);
    for (const item of options.filter(({ envVar }) => envVar)) {
      expect(item.envVar).toBe(`FAIRLEAD_${item.long?.slice(2).replaceAll('-', '_').toUpperCase()}`);
    }
  });

  test.each(['bash', 'zsh', 'fish'])('completion for %s names every command', async (shell) => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await createProgram().parseAsync(['completion', shell], { from: 'user' });
    const script = write.mock.calls.map(([text]) => text).join('');
    write.mockRestore();
    for (const command of createProgram().commands) expect(script).toContain(command.name());
  });

  test.each([
    ['127.0.0.1:6443', { host: '127.0.0.1', port: 6443 }],
    ['[::1]:80', { host: '::1', port: 80 }],
  ])('--listen %s', (text, expected) => expect(splitListen(text)).toEqual(expected));

  test.each(['6443', 'host', 'host:port', '1.2.3.4:70000'])('--listen %s is refused with an example', (text) => {
    expect(() => splitListen(text)).toThrow(/for example/);
  });

  test('durations', () => {
    expect([parseDuration('90s'), parseDuration('24h'), parseDuration('7d'), parseDuration('0')]).toEqual([
      90, 86_400, 604_800, 0,
    ]);
    expect(() => parseDuration('1 day')).toThrow(/for example/);
  });
});
