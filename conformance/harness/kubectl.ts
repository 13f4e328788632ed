import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { stringify } from 'yaml';
import { kubeconfigFor } from '../../cli/kubeconfig.ts';
import { type KubectlResult, layerBinary } from '../../e2e/lab/kubectl.ts';
import type { Conformance } from './conforms.ts';

export interface CommandLine {
  /** Standard output of a command that succeeds; throws with what it said otherwise. */
  run(args: readonly string[], input?: string): Promise<string>;
  /** What became of a command, whatever it was. */
  attempt(args: readonly string[], input?: string): Promise<KubectlResult>;
  /** A command that goes on until it is stopped, at the latest after the test. */
  start(args: readonly string[]): ChildProcess;
  /** A folder for files; gone after the test. */
  folder: string;
}

export interface CommandOptions {
  command?: 'kubectl' | 'helm';
  /** Minor version of the kubectl that is meant, or of the one that comes with the wanted Helm. */
  minor?: number;
}

const timeoutMs = 30_000;

/** A real kubectl or Helm as the administrator, in the test's namespace. */
export function commandLine(t: Conformance, { command = 'kubectl', minor }: CommandOptions = {}): CommandLine {
  const binary = layerBinary(command, minor);
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-conformance-'));
  t.cleanUp(() => rmSync(folder, { recursive: true, force: true }));
  const kubeconfig = join(folder, 'kubeconfig');
  const config = kubeconfigFor({ name: 'default', server: t.url, ca: t.ca, token: t.token });
  writeFileSync(kubeconfig, stringify(config), { mode: 0o600 });

  // The nodes of a test may live in this very process: nothing here may wait synchronously.
  const launch = (args: readonly string[]) =>
    spawn(binary, ['--kubeconfig', kubeconfig, '--namespace', t.namespace, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', HOME: folder },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });

  async function attempt(args: readonly string[], input = ''): Promise<KubectlResult> {
    const child = launch(args);
    child.stdin.end(input);
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? -1));
    });
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, stdout, stderr };
  }

  return {
    folder,
    attempt,
    async run(args, input) {
      const { code, stdout, stderr } = await attempt(args, input);
      if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
      return stdout;
    },
    start(args) {
      const child = launch(args);
      t.cleanUp(() => child.kill('SIGKILL'));
      return child;
    },
  };
}
