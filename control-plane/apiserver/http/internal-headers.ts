/**
 * Headers between the front Worker and the objects behind it. The front builds the headers of what it forwards anew, so
 * that no client can set these.
 */
export const internalHeaders = {
  /** SHA-256 of the client's bearer token, hex; absent without one. */
  tokenHash: 'fairlead-token-hash',
  /** On an answer: JSON of a `StreamPlan` that the front carries out. */
  streamPlan: 'fairlead-stream-plan',
} as const;

/** Request headers of clients that mean something to the API. */
export const forwardedHeaders = ['accept', 'content-type', 'if-none-match', 'user-agent'] as const;
