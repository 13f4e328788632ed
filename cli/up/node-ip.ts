import { networkInterfaces } from 'node:os';

/** Interfaces that belong to container engines and to ourselves: no other node is behind them. */
const virtual = /^(lo|docker|br-|veth|fairlead|virbr|cni|flannel)/;

/** The first IPv4 address of a real interface; loopback on a machine without any. */
export function defaultNodeIP(): string {
  const candidates = Object.entries(networkInterfaces()).filter(([name]) => !virtual.test(name));
  for (const [, addresses] of candidates) {
    const found = addresses?.find((address) => address.family === 'IPv4' && !address.internal);
    if (found) return found.address;
  }
  return '127.0.0.1';
}
