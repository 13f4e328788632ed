import type { OutsideRequest } from '../apiserver/outside-calls/webhook-client.ts';

/**
 * A POST over the platform's own client. It trusts the certificates that the platform trusts and can be told of no
 * others: a `caBundle` neither widens nor narrows that, and is for nodes to look at. Redirects are not followed; the body may be meant for one host.
 */
export function postJson({ url, body, signal }: OutsideRequest): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'fairlead' };
  return fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
}
