import { percentile } from '../statistics.ts';
import { type Connection, openConnection, prepareRequest, timesIn, timeText } from './connection.ts';
import { cpuShare } from './cpu.ts';
import type { FanOutJob, FanOutResult } from './job.ts';
import { pause } from './run-load.ts';

/** Opens the watches, writes, and measures how soon and how often events arrive. */
export async function runFanOut(job: FanOutJob): Promise<FanOutResult> {
  const failed = Promise.withResolvers<never>();
  const connections: Connection[] = [];
  const latencies: number[] = [];
  let isCounting = false;
  let isRunning = true;
  let writes = 0;
  let next = job.from;
  const watchRequest = prepareRequest(job.target, job.watch);
  const writeRequest = prepareRequest(job.target, job.write);

  const openWatch = async () => {
    const connection = await openConnection(job.target, {
      onFailure: failed.reject,
      onResponse: ({ status, errorBody }) => failed.reject(new Error(`a watch ended with ${status}: ${errorBody}`)),
      onBody(piece) {
        if (!isCounting) return;
        const now = performance.now();
        for (const time of timesIn(piece.toString('latin1'))) latencies.push(now - time);
      },
    });
    connections.push(connection);
    connection.send(watchRequest({ index: 0, sequence: 0 }));
  };

  const openWriter = async () => {
    let sentAt = 0;
    const send = () => {
      if (!isRunning) return;
      sentAt = performance.now();
      const sequence = next++;
      connection.send(writeRequest({ index: sequence, sequence, time: timeText(sentAt) }));
    };
    const connection = await openConnection(job.target, {
      onFailure: failed.reject,
      onResponse({ status, errorBody }) {
        if (status >= 400) return failed.reject(new Error(`a write got ${status}: ${errorBody}`));
        if (isCounting) writes++;
        const intervalMs = job.writesPerSecond > 0 ? (1000 * job.writers) / job.writesPerSecond : 0;
        const waitMs = sentAt + intervalMs - performance.now();
        if (waitMs > 1) setTimeout(send, waitMs);
        else send();
      },
    });
    connections.push(connection);
    return send;
  };

  try {
    await Promise.all(Array.from({ length: job.watchers }, openWatch));
    const senders = await Promise.all(Array.from({ length: job.writers }, openWriter));
    for (const send of senders) send();
    await Promise.race([pause(job.warmupMs), failed.promise]);
    const cpu = cpuShare();
    const startedAt = performance.now();
    isCounting = true;
    await Promise.race([pause(job.durationMs), failed.promise]);
    isCounting = false;
    const seconds = (performance.now() - startedAt) / 1000;
    const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
    return { events: latencies.length / seconds, writes: writes / seconds, p50, p99, next, generatorCpu: cpu() };
  } finally {
    isRunning = false;
    for (const connection of connections) connection.close();
  }
}
