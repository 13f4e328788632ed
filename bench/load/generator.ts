import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { cpuSeconds } from '../setup/process-tree.ts';
import type { FanOutJob, FanOutResult, LoadJob, LoadResult } from './job.ts';

type ResultOf<Job> = Job extends LoadJob ? LoadResult : FanOutResult;

/** Runs a job in a process of its own, beside the server with process `serverPid`. `serverCpuMs` is that of a request. */
export async function generate<Job extends LoadJob | FanOutJob>(
  job: Job,
  serverPid: number,
): Promise<ResultOf<Job> & { serverCpuMs: number }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), job.warmupMs + job.durationMs + 30_000);
  const before = cpuSeconds(serverPid);
  child.stdin.end(JSON.stringify(job));
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  clearTimeout(timer);
  if (code !== 0) throw new Error(`the load generator ended with ${code}: ${errors.trim()}`);
  const result = JSON.parse(output) as ResultOf<Job>;
  const cpuMs = (cpuSeconds(serverPid) - before) * 1000;
  return { ...result, serverCpuMs: cpuMs / (result.next - job.from) };
}
