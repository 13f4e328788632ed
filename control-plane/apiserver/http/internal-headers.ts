import type { Credential } from '../auth/credential.ts';
import type { Impersonation } from '../auth/impersonation-headers.ts';

/**
 * Headers between the front Worker and the objects behind it. The front builds the headers of what it forwards anew, so
 * that no client can set these.
 */
export const internalHeaders = {
  /** SHA-256 of the client's bearer token, hex; absent without one. */
  tokenHash: 'fairlead-token-hash',
  /** The token itself, if it is a JWT. */
  jwt: 'fairlead-jwt',
  /** JSON of an `Impersonation`, percent-encoded. */
  impersonate: 'fairlead-impersonate',
  /** `1`: the items of a list are to be lines of their own. */
  itemLines: 'fairlead-item-lines',
  /** On an answer: JSON of a `StreamPlan` that the front carries out. */
  streamPlan: 'fairlead-stream-plan',
  /** On the answer to a watch of custom resources: JSON of their kind, which the front does not know. */
  watchedKind: 'fairlead-watched-kind',
} as const;

/** Request headers of clients that mean something to the API. */
export const forwardedHeaders = ['accept', 'content-type', 'if-none-match', 'user-agent'] as const;

/** What the front has found of the client's credential. */
export function credentialOf({ headers }: Request): Credential | undefined {
  const hash = headers.get(internalHeaders.tokenHash);
  if (hash === null) return undefined;
  const jwt = headers.get(internalHeaders.jwt);
  const as = headers.get(internalHeaders.impersonate);
  return {
    hash,
    ...(jwt === null ? {} : { jwt }),
    ...(as === null ? {} : { as: JSON.parse(decodeURIComponent(as)) as Impersonation }),
  };
}

export function setCredential(headers: Headers, { hash, jwt, as }: Credential): void {
  headers.set(internalHeaders.tokenHash, hash);
  if (jwt !== undefined) headers.set(internalHeaders.jwt, jwt);
  if (as) headers.set(internalHeaders.impersonate, encodeURIComponent(JSON.stringify(as)));
}
