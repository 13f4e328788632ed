import type { Container, Pod } from '../../shared/api/object.ts';
import type { ContainerRuntime } from '../runtime/container-runtime.ts';

export type Probe = NonNullable<Container['livenessProbe']>;
export type ProbeKind = 'startup' | 'readiness' | 'liveness';

/** What one look at a container said. A warning counts as success and is told in an event. */
export interface ProbeResult {
  outcome: 'success' | 'warning' | 'failure';
  output: string;
}

export interface ProbeTarget {
  runtime: ContainerRuntime;
  pod: Pod;
  container: Container;
  /** Id of the running container. */
  id: string;
  /** Address of the Pod; empty when it has none. */
  podIP: string;
  timeoutMs: number;
}

/** Nothing can be said of the container: the result counts neither way. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
}

/** A port by number, or by the name that the container gives it. Throws ProbeError for a name that it does not have. */
export function portOf(port: unknown, container: Container): number {
  const named = container.ports?.find(({ name }) => name !== undefined && name === port)?.containerPort;
  const number = named ?? Number(port);
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
  if (typeof port === 'string' && !/^\d+$/.test(port)) throw new ProbeError(`couldn't find port: ${port}`);
  throw new ProbeError(`invalid port number: ${String(port)}`);
}

export const hostPort = (host: string, port: number) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

const dialFailures: Record<string, string> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'i/o timeout',
};

/** A connection that failed, in the words that Go has for it; undefined for what is no such failure. */
export function dialFailure(error: unknown, address: string): string | undefined {
  const { code, syscall, hostname } = error as NodeJS.ErrnoException & { hostname?: string };
  if (syscall === 'getaddrinfo') return `dial tcp: lookup ${hostname}: no such host`;
  const words = code && dialFailures[code];
  return words && `dial tcp ${address}: ${words}`;
}
