import type { Balancer } from './balancer.ts';

/** One open socket of the proxy. */
export interface Listener {
  close(): Promise<void>;
}

export interface ListenerOptions {
  host: string;
  port: number;
  balancer: Balancer;
}

/** Opens a listener; rejects when the address cannot be bound. */
export type Listen = (options: ListenerOptions) => Promise<Listener>;
