import ipaddr from 'ipaddr.js';
import { toNumber, toText } from '../networking/ipv4.ts';

/** The usable addresses of an IPv4 network: all but the network's own and the broadcast address. */
export interface AddressRange {
  size: number;
  /** How many at the start are left to those who name their address (the cluster's DNS, say). */
  reserved: number;
  at(index: number): string;
  contains(ip: string): boolean;
}

export function addressRange(cidr: string): AddressRange {
  const prefix = ipaddr.IPv4.parseCIDR(cidr)[1];
  const first = toNumber(ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()) + 1;
  const size = Math.max(0, 2 ** (32 - prefix) - 2);
  return {
    size,
    reserved: size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 16)), 256),
    at: (index) => toText(first + index),
    contains: (ip) => toNumber(ip) >= first && toNumber(ip) < first + size,
  };
}
