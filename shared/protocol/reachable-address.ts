import ipaddr from 'ipaddr.js';

/** What means the machine itself or its own link, and everybody at once. */
const refused: ReadonlySet<string> = new Set(['unspecified', 'broadcast', 'multicast', 'linkLocal', 'loopback']);
const embedsIPv4 = 'rfc6052';

/**
 * Whether the control plane may have a node reach this address: not where only the machine is meant to, such as its own
 * services and those that a cloud offers to each machine on its link.
 */
export function isReachable(ip: string): boolean {
  if (!ipaddr.isValid(ip)) return false;
  const address = ipaddr.process(ip);
  const range = address.range();
  if (range === embedsIPv4) return isReachable(address.toByteArray().slice(-4).join('.'));
  return !refused.has(range);
}
