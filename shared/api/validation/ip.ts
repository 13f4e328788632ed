import ipaddr from 'ipaddr.js';
import { goQuote } from '../go-format.ts';

/** Addresses and ranges as Kubernetes reads them. As in `names.ts`: every check returns the messages of what is wrong. */

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const none: readonly string[] = [];
const notIP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const notCIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** Loose forms (`10.1`, hexadecimal parts, zones) are no addresses to Kubernetes; leading zeros once were fine. */
function parseIP(text: string): Address | undefined {
  if (text.includes(':')) return !text.includes('%') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
  const decimal = text.replace(/(^|\.)0+(?=\d)/g, '$1');
  return ipaddr.IPv4.isValidFourPartDecimal(decimal) ? ipaddr.IPv4.parse(decimal) : undefined;
}

export function isIP(text: string): boolean {
  return parseIP(text) !== undefined;
}

/** `ipv4` or `ipv6` of an address or a range; undefined for what is neither. */
export function ipFamily(text: string): 'ipv4' | 'ipv6' | undefined {
  return parseIP(text.split('/')[0] ?? '')?.kind();
}

export function checkIP(text: string): readonly string[] {
  const address = parseIP(text);
  if (!address) return [notIP];
  if (address.kind() === 'ipv4') return hasLeadingZeros(text) ? ['must not have leading 0s'] : none;
  return isMapped(address) ? ['must not be an IPv4-mapped IPv6 address'] : none;
}

/** Where an address is a name or is compared as text there is one way to write it. */
export function checkCanonicalIP(text: string): readonly string[] {
  const messages = checkIP(text);
  const canonical = messages.length === 0 ? canonicalIP(text) : text;
  return canonical === text ? messages : [`must be in canonical form (${goQuote(canonical)})`];
}

export function canonicalIP(text: string): string {
  return formatAddress(parseIP(text)!);
}

function formatAddress(address: Address): string {
  return address.kind() === 'ipv6' ? (address as ipaddr.IPv6).toRFC5952String() : address.toString();
}

interface Range {
  address: Address;
  prefix: number;
}

function parseCIDR(text: string): Range | undefined {
  const [ip = '', length = '', ...rest] = text.split('/');
  const address = parseIP(ip);
  if (!address || rest.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  return Number(length) <= bitsOf(address) ? { address, prefix: Number(length) } : undefined;
}

export function checkCIDR(text: string): readonly string[] {
  const range = parseCIDR(text);
  if (!range) return [notCIDR];
  if (/\/0\d/.test(text) || (range.address.kind() === 'ipv4' && hasLeadingZeros(text))) {
    return ['must not have leading 0s in IP or prefix length'];
  }
  if (isMapped(range.address)) return ['must not have an IPv4-mapped IPv6 address'];
  if (!sameBytes(range.address, masked(range))) return ['must not have bits set beyond the prefix length'];
  return none;
}

export function checkCanonicalCIDR(text: string): readonly string[] {
  const messages = checkCIDR(text);
  const range = messages.length === 0 ? parseCIDR(text) : undefined;
  const canonical = range ? `${formatAddress(range.address)}/${range.prefix}` : text;
  return canonical === text ? messages : [`must be in canonical form (${goQuote(canonical)})`];
}

/** Whether `inner`, a range or an address, lies within `outer`; of two equal ranges each contains the other. */
export function containsRange(outer: string, inner: string): boolean {
  const around = parseCIDR(outer);
  const within = inner.includes('/') ? parseCIDR(inner) : wholeAddress(inner);
  if (!around || !within || around.address.kind() !== within.address.kind()) return false;
  return around.prefix <= within.prefix && sameBytes(masked({ ...within, prefix: around.prefix }), masked(around));
}

function wholeAddress(text: string): Range | undefined {
  const address = parseIP(text);
  return address && { address, prefix: bitsOf(address) };
}

/** What to tell about a way of writing a range that others will not read the same way. `text` is valid. */
export function cidrWarnings(text: string, path: string): string[] {
  const range = parseCIDR(text);
  const canonical = range && `${formatAddress(range.address)}/${range.prefix}`;
  if (canonical === undefined || canonical === text || range?.address.kind() !== 'ipv6') return [];
  return [`${path}: IPv6 CIDR value ${goQuote(text)} should be in RFC 5952 canonical format (${goQuote(canonical)})`];
}

/** The same of an address. */
export function ipWarnings(text: string, path: string): string[] {
  const address = parseIP(text);
  if (address?.kind() !== 'ipv6' || formatAddress(address) === text) return [];
  const canonical = goQuote(formatAddress(address));
  return [`${path}: IPv6 address ${goQuote(text)} should be in RFC 5952 canonical format (${canonical})`];
}

function masked({ address, prefix }: Range): number[] {
  return address.toByteArray().map((byte, index) => {
    const kept = Math.min(Math.max(prefix - index * 8, 0), 8);
    return byte & (0xff << (8 - kept)) & 0xff;
  });
}

function sameBytes(a: Address | number[], b: number[]): boolean {
  const bytes = Array.isArray(a) ? a : a.toByteArray();
  return bytes.every((byte, index) => byte === b[index]);
}

function bitsOf(address: Address): number {
  return address.kind() === 'ipv6' ? 128 : 32;
}

function isMapped(address: Address): boolean {
  return address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress();
}

function hasLeadingZeros(text: string): boolean {
  return /(^|\.)0\d/.test(text);
}
