import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { type KubectlResult, layerBinary } from '../../e2e/lab/kubectl.ts';

export interface KubectlOptions {
  /** Standard input. */
  input?: string;
  /** The command of `kubectl edit`. */
  editor?: string;
  /** Ends it with SIGINT once it has printed this, as somebody at a keyboard would; for commands that go on for ever. */
  interruptAt?: RegExp;
}

export type RunKubectl = (args: readonly string[], options?: KubectlOptions) => Promise<KubectlResult>;

const timeoutMs = 25_000;

/** The real kubectl, beside a cluster whose nodes live in this very process: nothing here may wait synchronously. */
export function createKubectl(kubeconfig: string, minor?: number): RunKubectl {
  const binary = layerBinary('kubectl', minor);
  return async (args, { input = '', editor = 'true', interruptAt } = {}) => {
    const child = spawn(binary, ['--kubeconfig', kubeconfig, ...args], {
      // Its cache of discovery goes with the cluster.
      env: { PATH: process.env.PATH ?? '', HOME: dirname(kubeconfig), EDITOR: editor },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      printed += piece;
      if (interruptAt?.test(printed)) child.kill('SIGINT');
    });
    child.stdin.end(input);
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? -1));
    });
    const [stderr, code] = await Promise.all([text(child.stderr), ended]);
    return { code, stdout: printed, stderr };
  };
}
