import { expect, it } from 'vitest';
import { type ClusterRequest, forwarded } from './front.ts';

it('hands on what caches ask, and leaves redirects to the client', async () => {
  const headers = { 'if-none-match': '"A"', 'fairlead-token-hash': 'forged', cookie: 'c' };
  const call: ClusterRequest = {
    request: new Request('https://host/clusters/one/openapi/v3?hash=A', { headers }),
    cluster: 'one',
    path: '/openapi/v3',
    query: new URLSearchParams('hash=A'),
    tokenHash: undefined,
  };
  const request = await forwarded(call);
  expect(request.url).toBe('https://cluster/openapi/v3?hash=A');
  expect(Object.fromEntries(request.headers)).toEqual({ 'if-none-match': '"A"' });
  expect(request.redirect).toBe('manual');
});
