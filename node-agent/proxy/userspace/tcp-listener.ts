import { connect, createServer, type Socket } from 'node:net';
import type { Backend } from '../targets.ts';
import type { Listen } from './listener.ts';

const connectTimeoutMs = 5_000;

/** Tries the backends in order: one that is just going away must not cost the client its connection. */
function dial(candidates: readonly Backend[], connected: (upstream: Socket) => void, exhausted: () => void): void {
  const [next, ...others] = candidates;
  if (!next) {
    exhausted();
    return;
  }
  const upstream = connect({ host: next.ip, port: next.port, allowHalfOpen: true, noDelay: true });
  const fail = () => {
    upstream.destroy();
    dial(others, connected, exhausted);
  };
  upstream.setTimeout(connectTimeoutMs, fail);
  upstream.once('error', fail);
  upstream.once('connect', () => {
    upstream.setTimeout(0);
    upstream.removeListener('error', fail);
    connected(upstream);
  });
}

/** Joins two sockets: each direction ends by itself, an error of one ends both. */
function join(client: Socket, upstream: Socket): void {
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    from.pipe(to);
    from.once('error', () => to.destroy());
    from.once('close', () => {
      if (!from.readableEnded) to.destroy();
    });
  }
}

export const listenTcp: Listen = ({ host, port, balancer }) =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
      // The client may go while a backend is dialled.
      client.on('error', () => client.destroy());
      dial(
        balancer.pick(client.remoteAddress ?? ''),
        (upstream) => {
          if (client.destroyed) upstream.destroy();
          else join(client, upstream);
        },
        () => client.resetAndDestroy(),
      );
    });
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.removeListener('error', reject);
      // Connections outlive their Service's port, as with the kernel's translation; only the door closes.
      const close = async () => {
        server.close();
        server.unref();
      };
      resolve({ close });
    });
  });
