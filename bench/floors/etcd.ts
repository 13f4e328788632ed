import { freePort } from '../setup/free-port.ts';
import { ask, type Server, ServerProcess } from '../setup/server.ts';

/**
 * `etcd`, one member, over its gateway from JSON to gRPC: the same load generator then serves for all. The gateway
 * costs it some of its rate; plain HTTP gives back some.
 */
export async function startEtcd(dataDir: string): Promise<Server> {
  const [port, peerPort] = [await freePort(), await freePort()];
  const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  const child = new ServerProcess('etcd', [
    ...['--data-dir', dataDir, '--logger', 'zap', '--log-level', 'error', '--name', 'bench'],
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `bench=${peer}`],
  ]);
  const address = { host: '127.0.0.1', port, headers: {} };
  try {
    await child.ready(async () => (await ask(address, '/health')).text.includes('true'), 50);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { ...address, pid: child.pid, stop: () => child.stop() };
}
