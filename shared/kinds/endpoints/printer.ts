import type { EndpointSubset } from '../../api/object.ts';

/** How many endpoints a cell names before it only counts them. */
const shown = 3;

/** `10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...`; only ready addresses, and plain ones of subsets without ports. */
export function formatEndpoints(subsets: readonly EndpointSubset[]): string {
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map((address) => address.ip)
      : ports.flatMap((port) => addresses.map((address) => joinHostPort(address.ip, port.port))),
  );
  if (all.length === 0) return '<none>';
  const listed = all.slice(0, shown).join(',');
  return all.length > shown ? `${listed} + ${all.length - shown} more...` : listed;
}

function joinHostPort(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
