import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Journey {
  /** The interpreter: the system's own, as another one that comes first on the PATH has not its packages. */
  program: string;
  /** The script, in a folder beside this file. It gets the kubeconfig's path and prints a line for each step that held. */
  script: string;
}

/** The steps that a program in another language has made with the cluster; fails with its own words where it fails. */
export async function walk({ program, script }: Journey, kubeconfigPath: string): Promise<string[]> {
  const options = { timeout: 90_000, env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' } };
  const { stdout } = await promisify(execFile)(program, [join(import.meta.dirname, script), kubeconfigPath], options);
  return stdout.trim().split('\n');
}
