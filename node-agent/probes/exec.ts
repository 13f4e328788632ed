import { textOf } from '../log.ts';
import { type ContainerRuntime, isRuntimeError } from '../runtime/container-runtime.ts';
import { ProbeError, type ProbeResult } from './probe.ts';

export interface ExecOptions {
  runtime: ContainerRuntime;
  /** Of the container. */
  id: string;
  command: string[];
  timeoutMs: number;
}

const outputLimit = 10 * 1024;

/** A command in the container: exit code 0 is success. */
export async function execCommand({ runtime, id, command, timeoutMs }: ExecOptions): Promise<ProbeResult> {
  try {
    const { exitCode, output } = await runtime.exec(id, command, { timeoutMs });
    return { outcome: exitCode === 0 ? 'success' : 'failure', output: output.slice(0, outputLimit) };
  } catch (error) {
    if (isRuntimeError(error, 'timeout')) {
      const text = `command timed out: "${command.join(' ')}" timed out after ${timeoutMs / 1000}s`;
      return { outcome: 'failure', output: text };
    }
    throw new ProbeError(textOf(error));
  }
}
