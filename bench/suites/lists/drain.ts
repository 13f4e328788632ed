import { request as httpsRequest } from 'node:https';
import { residentMegabytes } from '../../setup/process-tree.ts';
import type { Server } from '../../setup/server.ts';

export interface Drained {
  /** Until the last byte. */
  ms: number;
  bytes: number;
  /** The most that the server's processes held meanwhile, over what they held before. */
  grownBy: number;
}

const sampleMs = 25;

/** Reads one answer to its end, or of a stream that has none to where `endsWith` first appears. */
export function drain(
  server: Server,
  { path, accept, until }: { path: string; accept: string; until?: string },
): Promise<Drained> {
  const before = residentMegabytes(server.pid);
  let most = before;
  const sampler = setInterval(() => {
    most = Math.max(most, residentMegabytes(server.pid));
  }, sampleMs);
  const startedAt = performance.now();
  return new Promise<Drained>((resolve, reject) => {
    const { host, port, ca } = server;
    const headers = { ...server.headers, accept };
    const request = httpsRequest({ host, port, ca, path, headers, agent: false }, (response) => {
      let bytes = 0;
      const end = () => resolve({ ms: performance.now() - startedAt, bytes, grownBy: Math.max(0, most - before) });
      if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode}`));
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
        if (until === undefined || !chunk.includes(until)) return;
        end();
        request.destroy();
      });
      response.once('end', end);
      response.once('error', reject);
    });
    request.once('error', reject);
    request.end();
  }).finally(() => clearInterval(sampler));
}
