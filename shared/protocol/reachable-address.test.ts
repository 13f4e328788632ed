import { expect, test } from 'vitest';
import { isReachable } from './reachable-address.ts';

test('addresses of a network are reached, public or not', () => {
  for (const ip of ['192.0.2.7', '10.1.2.3', '100.64.0.1', '2001:db8::1', 'fd00::1', '64:ff9b::c000:207']) {
    expect(isReachable(ip), ip).toBe(true);
  }
});

test('those of the machine itself and of its link are not, however they are written', () => {
  const own = ['127.0.0.1', '127.8.8.8', '::1', '0.0.0.0', '::', '169.254.169.254', 'fe80::1', '255.255.255.255'];
  const disguised = ['::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '64:ff9b::7f00:1', '64:ff9b::169.254.169.254', '127.1'];
  for (const ip of [...own, ...disguised, '224.0.0.1', 'ff02::1', 'localhost', '']) {
    expect(isReachable(ip), ip).toBe(false);
  }
});
