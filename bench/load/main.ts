/** The load generator, a process of its own: reads one job from stdin, prints one result. */
import { text } from 'node:stream/consumers';
import type { FanOutJob, LoadJob } from './job.ts';
import { runFanOut } from './run-fan-out.ts';
import { runLoad } from './run-load.ts';

const job = JSON.parse(await text(process.stdin)) as LoadJob | FanOutJob;
try {
  console.log(JSON.stringify(job.kind === 'load' ? await runLoad(job) : await runFanOut(job)));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
