import ipaddr from 'ipaddr.js';
import type { FieldError } from '../../api/errors.ts';
import { invalidValue } from '../../api/field-errors.ts';

/** Loose forms (`10.1`, hexadecimal parts, zones) are no addresses to Kubernetes. */
export function isIP(text: string): boolean {
  if (text.includes(':')) return !text.includes('%') && ipaddr.IPv6.isValid(text);
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}

export function validateIP(ip: string, path: string): FieldError[] {
  if (isIP(ip)) return [];
  return [invalidValue(path, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
}

export function validateCIDR(cidr: string, path: string): FieldError[] {
  const [address = '', prefix = ''] = cidr.split('/');
  const bits = address.includes(':') ? 128 : 32;
  if (isIP(address) && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits && cidr.split('/').length === 2) return [];
  return [invalidValue(path, cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')];
}

const special: Readonly<Record<string, string>> = {
  loopback: 'may not be in the loopback range (127.0.0.0/8, ::1/128)',
  linkLocal: 'may not be in the link-local range (169.254.0.0/16, fe80::/10)',
};

/** Addresses that mean something else on every machine are no endpoints. `ip` is a valid address. */
export function validateNonSpecialIP(ip: string, path: string): FieldError[] {
  const detail = specialMeaning(ip);
  return detail ? [invalidValue(path, ip, detail)] : [];
}

function specialMeaning(ip: string): string | undefined {
  if (/^[0:.]+$/.test(ip)) return `may not be unspecified (${ip})`;
  if (/^(224\.0\.0\.|ff02:)/i.test(ip)) {
    return 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';
  }
  return special[ipaddr.parse(ip).range()];
}
