import ipaddr from 'ipaddr.js';

/** Where machines and Pods of a cluster reach its API. */
export interface ApiServerAddress {
  ip: string;
  port: number;
}

/** Addresses that mean something else on every machine, or more than one machine. */
const unusable = ['unspecified', 'loopback', 'linkLocal', 'multicast', 'broadcast'];

/** `IP:PORT` of an API server that others reach, IPv4; undefined where it is not one. */
export function parseApiServerAddress(text: string): ApiServerAddress | undefined {
  const [, ip = '', digits = ''] = /^([\d.]+):([1-9]\d{0,4})$/.exec(text) ?? [];
  const port = Number(digits);
  return isReachableIPv4(ip) && port >= 1 && port <= 65_535 ? { ip, port } : undefined;
}

/** Whether other machines may find this one under the address. */
export function isReachableIPv4(ip: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(ip) && !unusable.includes(ipaddr.IPv4.parse(ip).range());
}
