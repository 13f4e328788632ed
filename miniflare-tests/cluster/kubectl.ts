import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { type KubectlResult, layerBinary } from '../../e2e/lab/kubectl.ts';

export interface KubectlOptions {
  /** Standard input. */
  input?: string;
  /** The command of `kubectl edit`. */
  editor?: string;
  /** Ends it with SIGINT after so long, as somebody at a keyboard would; for commands that go on for ever. */
  interruptAfterMs?: number;
}

export type RunKubectl = (args: readonly string[], options?: KubectlOptions) => Promise<KubectlResult>;

const timeoutMs = 25_000;

/** The real kubectl, beside a cluster whose nodes live in this very process: nothing here may wait synchronously. */
export function createKubectl(kubeconfig: string): RunKubectl {
  const binary = layerBinary('kubectl');
  return async (args, { input = '', editor = 'true', interruptAfterMs } = {}) => {
    const child = spawn(binary, ['--kubeconfig', kubeconfig, ...args], {
      // Its cache of discovery goes with the cluster.
      env: { PATH: process.env.PATH ?? '', HOME: dirname(kubeconfig), EDITOR: editor },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const timer = interruptAfterMs && setTimeout(() => child.kill('SIGINT'), interruptAfterMs);
    child.stdin.end(input);
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? -1));
    });
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    clearTimeout(timer || undefined);
    return { code, stdout, stderr };
  };
}
