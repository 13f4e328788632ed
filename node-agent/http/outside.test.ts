import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { outsideOptions, reachableOnly } from './outside.ts';

const at = (...addresses: string[]): LookupAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

/** What a connection is told for a name that has these addresses. */
function resolve(found: LookupAddress[], options: { all?: boolean } = {}): Promise<unknown> {
  const lookup = reachableOnly(((_name: string, _options: object, done: (error: null, all: LookupAddress[]) => void) =>
    done(null, found)) as never);
  return new Promise((done) => lookup('hooks.example', options, (error, address) => done(error?.message ?? address)));
}

test('[P18] a name leads to those of its addresses that are not the node or on its link', async () => {
  const found = at('127.0.0.1', '192.0.2.7', '169.254.169.254', '2001:db8::1');
  expect(await resolve(found, { all: true })).toEqual(at('192.0.2.7', '2001:db8::1'));
  expect(await resolve(found)).toBe('192.0.2.7');
  const refused = 'address not allowed: "hooks.example" is the node itself or on its link alone';
  expect(await resolve(at('127.0.0.1', '::1'), { all: true })).toBe(refused);
});

test('[P18] addresses are judged the same way, and nothing but https is spoken', () => {
  for (const host of ['127.0.0.1', '::1', '0.0.0.0', '169.254.169.254', 'fe80::1', '::ffff:127.0.0.1']) {
    expect(() => outsideOptions({ scheme: 'https', host }), host).toThrow('address not allowed');
  }
  expect(() => outsideOptions({ scheme: 'https', host: '10.0.0.1' })).not.toThrow();
  expect(() => outsideOptions({ scheme: 'http', host: '10.0.0.1' })).toThrow('only https');
});
