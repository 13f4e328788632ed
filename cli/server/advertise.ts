import { isReachableIPv4, parseApiServerAddress } from '../../control-plane/api-server-address.ts';
import { UserError } from '../report.ts';

export interface Advertise {
  /** What the operator says: `IP:PORT`. */
  given?: string | undefined;
  /** Where the server listens. */
  host: string;
  port: number;
  /** Under which address other machines reach this one, as far as it can tell. */
  hostIP(): string;
}

const wildcards = ['0.0.0.0', '::', '*'];

/** `IP:PORT` at which nodes and Pods reach the server; empty where it listens for this machine alone, or by a name. */
export function advertisedAddress({ given, host, port, hostIP }: Advertise): string {
  if (given !== undefined) {
    if (parseApiServerAddress(given)) return given;
    throw new UserError(
      `--advertise-address takes IP:PORT, an IPv4 address that other machines reach, for example 192.0.2.10:6443, not "${given}".`,
    );
  }
  const ip = wildcards.includes(host) ? hostIP() : host;
  return isReachableIPv4(ip) ? `${ip}:${port}` : '';
}
