import { expect, test } from 'vitest';
import { webSocketAuthorization, withoutToken } from './web-socket-token.ts';

const prefix = 'base64url.bearer.authorization.k8s.io.';
const offered = (protocols: string, upgrade = 'websocket') =>
  webSocketAuthorization(new Headers({ upgrade, 'sec-websocket-protocol': protocols }));

test('a token is found among the protocols of a WebSocket, beside one to speak', () => {
  expect(offered(`${prefix}YWJjLWRlZg, v5.channel.k8s.io`)).toBe('Bearer abc-def');
  expect(offered('v5.channel.k8s.io')).toBeNull();
  expect(offered(`${prefix}YWJjLWRlZg, v5.channel.k8s.io`, 'h2c')).toBeNull();
  expect(webSocketAuthorization(new Headers())).toBeNull();
});

test.each([
  ['alone', `${prefix}YWJj`],
  ['twice', `${prefix}YWJj, ${prefix}YWJj, app`],
  ['empty', `${prefix}, app`],
  ['in the wrong alphabet', `${prefix}YWJ+, app`],
  ['of no possible length', `${prefix}YWJjx, app`],
])('a token %s is refused', (_what, protocols) => {
  expect(() => offered(protocols)).toThrow('Unauthorized');
});

test('a token goes no further', () => {
  expect(withoutToken(`${prefix}YWJj, a, b`)).toBe('a, b');
  expect(withoutToken('')).toBe('');
});
