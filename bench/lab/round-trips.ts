/**
 * `round-trips.ts HOST PORT`: one byte to an echo server and back, again and again, on one connection and on a new one
 * each time. Prints RoundTrips.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { percentile } from '../statistics.ts';

/** Microseconds. */
export interface RoundTrips {
  p50: number;
  p99: number;
  /** Connecting included. */
  newConnectionP50: number;
  newConnectionP99: number;
}

const roundTrips = 5_000;
const warmups = 500;
const connections = 400;

async function open(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** Microseconds that a byte takes there and back. */
function roundTrip(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    socket.once('data', () => resolve((performance.now() - startedAt) * 1000));
    socket.write('x');
  });
}

async function onOneConnection(host: string, port: number): Promise<number[]> {
  const socket = await open(host, port);
  const times: number[] = [];
  for (let i = 0; i < warmups + roundTrips; i++) times.push(await roundTrip(socket));
  socket.destroy();
  return times.slice(warmups);
}

async function onNewConnections(host: string, port: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < connections; i++) {
    const startedAt = performance.now();
    const socket = await open(host, port);
    await roundTrip(socket);
    times.push((performance.now() - startedAt) * 1000);
    socket.destroy();
  }
  return times;
}

const [host, port] = process.argv.slice(2) as [string, string];
const same = await onOneConnection(host, Number(port));
const fresh = await onNewConnections(host, Number(port));
const result: RoundTrips = {
  p50: percentile(same, 0.5),
  p99: percentile(same, 0.99),
  newConnectionP50: percentile(fresh, 0.5),
  newConnectionP99: percentile(fresh, 0.99),
};
console.log(JSON.stringify(result));
