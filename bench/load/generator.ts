import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cpuSeconds } from '../setup/process-tree.ts';
import type { FanOutJob, FanOutResult, LoadJob, LoadResult } from './job.ts';

/** Shares of one core that server and generator used; on two cores they add up to 2 at most. */
export interface CpuSplit {
  server: number;
  generator: number;
}

type ResultOf<Job> = Job extends LoadJob ? LoadResult : FanOutResult;

/** Runs a job in a process of its own, beside the server with process `serverPid`. */
export async function generate<Job extends LoadJob | FanOutJob>(
  job: Job,
  serverPid: number,
): Promise<ResultOf<Job> & { cpu: CpuSplit }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), job.warmupMs + job.durationMs + 30_000);
  const startedAt = performance.now();
  const before = cpuSeconds(serverPid);
  child.stdin.end(JSON.stringify(job));
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  clearTimeout(timer);
  if (code !== 0) throw new Error(`the load generator ended with ${code}: ${errors.trim()}`);
  const seconds = (performance.now() - startedAt) / 1000;
  const result = JSON.parse(output) as ResultOf<Job>;
  const server = (cpuSeconds(serverPid) - before) / seconds;
  return { ...result, cpu: { server, generator: result.generatorCpu } };
}
