import { expect, test } from 'vitest';
import { checkCanonicalCIDR, checkCanonicalIP, checkCIDR, checkIP, cidrWarnings, containsRange } from './ip.ts';

test.each<[string, string[]]>([
  ['10.0.0.1', []],
  ['2001:db8::1', []],
  ['2001:DB8:0::1', []],
  ['10.1', ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  ['fe80::1%eth0', ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  ['10.0.0.01', ['must not have leading 0s']],
  ['::ffff:10.0.0.1', ['must not be an IPv4-mapped IPv6 address']],
])('the address %s', (text, expected) => {
  expect(checkIP(text)).toEqual(expected);
});

test.each<[string, string[]]>([
  ['10.0.0.0/8', []],
  ['2001:db8::/64', []],
  ['10.0.0.0', ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
  ['10.0.0.0/33', ['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']],
  ['10.0.0.0/08', ['must not have leading 0s in IP or prefix length']],
  ['10.0.0.1/8', ['must not have bits set beyond the prefix length']],
  ['::ffff:10.0.0.0/104', ['must not have an IPv4-mapped IPv6 address']],
])('the range %s', (text, expected) => {
  expect(checkCIDR(text)).toEqual(expected);
});

test('one of several ways to write the same is canonical', () => {
  expect(checkCanonicalIP('2001:DB8:0::1')).toEqual(['must be in canonical form ("2001:db8::1")']);
  expect(checkCanonicalCIDR('2001:DB8::/64')).toEqual(['must be in canonical form ("2001:db8::/64")']);
  expect(cidrWarnings('2001:DB8::/64', 'spec')).toHaveLength(1);
  expect([...checkCanonicalIP('10.0.0.1'), ...cidrWarnings('10.0.0.0/8', 'spec')]).toEqual([]);
});

test.each([
  ['10.0.0.0/8', '10.1.0.0/16', true],
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.0.0.0/8', '10.0.0.0/8', true],
  ['10.1.0.0/16', '10.0.0.0/8', false],
  ['10.0.0.0/8', '11.0.0.0/16', false],
  ['10.0.0.0/8', '2001:db8::/64', false],
])('%s contains %s: %s', (outer, inner, expected) => {
  expect(containsRange(outer, inner)).toBe(expected);
});
