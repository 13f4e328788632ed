import { percentile } from '../statistics.ts';
import { type Connection, openConnection, prepareRequest } from './connection.ts';
import { cpuShare } from './cpu.ts';
import type { LoadJob, LoadResult } from './job.ts';

/** Drives one job to its end. Rejects at the first answer that is an error: a rate of errors is no figure. */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const { target, clients, warmupMs, durationMs } = job;
  const prepare = prepareRequest(target, job.request);
  const latencies: number[] = [];
  const failed = Promise.withResolvers<never>();
  const done = Promise.withResolvers<void>();
  const sentAt = new Float64Array(clients);
  const connections: Connection[] = [];
  let isCounting = false;
  let isRunning = true;
  let next = job.from;

  const send = (client: number) => {
    const sequence = next++;
    const index = job.count === undefined ? sequence : sequence % job.count;
    const request = prepare({ index, sequence });
    sentAt[client] = performance.now();
    connections[client]?.send(request);
  };
  const open = async (client: number) => {
    connections[client] = await openConnection(target, {
      onFailure: failed.reject,
      onResponse({ status, errorBody }) {
        if (status >= 400) return failed.reject(new Error(`${job.request.method} got ${status}: ${errorBody}`));
        if (isCounting) latencies.push(performance.now() - (sentAt[client] as number));
        if (latencies.length === job.requests) done.resolve();
        // Those in flight at the end would be one too many for each client.
        const hasMore = job.requests === undefined || next - job.from < job.requests;
        if (isRunning && hasMore) send(client);
      },
    });
  };

  try {
    await Promise.all(Array.from({ length: clients }, (_, client) => open(client)));
    isCounting = warmupMs === 0;
    for (let client = 0; client < clients; client++) send(client);
    if (warmupMs > 0) await Promise.race([pause(warmupMs), failed.promise]);
    const cpu = cpuShare();
    const startedAt = performance.now();
    isCounting = true;
    await Promise.race([pause(durationMs), done.promise, failed.promise]);
    isCounting = false;
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      requests: latencies.length,
      rate: latencies.length / seconds,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      next,
      generatorCpu: cpu(),
    };
  } finally {
    isRunning = false;
    for (const connection of connections) connection?.close();
  }
}

/** Does not by itself keep the process alive: the connections do while there is something to wait for. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
