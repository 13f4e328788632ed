import { createSocket } from 'node:dgram';
import type { Backend } from '../targets.ts';
import type { Listen } from './listener.ts';

/** A client that was silent for so long gets a new backend, as with the kernel's flow table. */
const idleMs = 60_000;
/** Clients of one port at most; the longest silent one makes room. */
const maxFlows = 4_096;

interface Flow {
  backend: Backend;
  timer: NodeJS.Timeout;
  send(message: Buffer): void;
  end(): void;
}

/** A socket to one backend for one client; `onReply` gets what comes back, `onLost` is called when the backend refuses. */
function openFlow(backend: Backend, onReply: (reply: Buffer) => void, onLost: () => void): Flow {
  const socket = createSocket('udp4');
  let waiting: Buffer[] | undefined = [];
  socket.on('message', onReply);
  socket.on('error', onLost);
  socket.connect(backend.port, backend.ip, () => {
    for (const message of waiting ?? []) socket.send(message);
    waiting = undefined;
  });
  const timer = setTimeout(onLost, idleMs);
  timer.unref();
  return {
    backend,
    timer,
    send: (message) => (waiting ? waiting.push(message) : socket.send(message)),
    end() {
      clearTimeout(timer);
      socket.close();
    },
  };
}

export const listenUdp: Listen = ({ host, port, balancer }) =>
  new Promise((resolve, reject) => {
    const server = createSocket('udp4');
    const flows = new Map<string, Flow>();

    const end = (client: string) => {
      flows.get(client)?.end();
      flows.delete(client);
    };

    const begin = (client: string, address: string, clientPort: number): Flow | undefined => {
      end(client);
      const backend = balancer.pick(address)[0];
      if (!backend) return undefined;
      if (flows.size >= maxFlows) end(flows.keys().next().value as string);
      const flow = openFlow(
        backend,
        (reply) => server.send(reply, clientPort, address),
        () => end(client),
      );
      flows.set(client, flow);
      return flow;
    };

    server.on('message', (message, { address, port: clientPort }) => {
      const client = `${address}:${clientPort}`;
      const known = flows.get(client);
      // Its backend may have left the Service meanwhile.
      const flow = known && balancer.offers(known.backend) ? known : begin(client, address, clientPort);
      flow?.timer.refresh();
      flow?.send(message);
    });
    server.once('error', reject);
    server.bind({ address: host, port, exclusive: true }, () => {
      server.removeListener('error', reject);
      // A send to a client that is gone may be reported here; the flow times out by itself.
      server.on('error', () => undefined);
      resolve({
        close: () => {
          for (const client of [...flows.keys()]) end(client);
          return new Promise((done) => server.close(done));
        },
      });
    });
  });
