import type { BearerToken, Credential } from '../auth/credential.ts';
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
  /** The public part of the token, if it is a bootstrap token. */
  bootstrapId: 'fairlead-bootstrap-id',
  /** The client's certificate, in base64, and its SHA-256, hex; absent without one. */
  certificate: 'fairlead-certificate',
  certificateHash: 'fairlead-certificate-hash',
  /** JSON of an `Impersonation`, percent-encoded. */
  impersonate: 'fairlead-impersonate',
  /** `1`: the items of a list are to be lines of their own. */
  itemLines: 'fairlead-item-lines',
  /** On an answer: JSON of a `StreamPlan` that the front carries out. */
  streamPlan: 'fairlead-stream-plan',
  /** On the answer to a watch of custom resources: JSON of their kind, which the front does not know. */
  watchedKind: 'fairlead-watched-kind',
} as const;

/** What the audit log needs of the client, which only the front sees; absent where nothing is recorded. */
export const auditHeaders = {
  /** The client's own name for its request. */
  id: 'audit-id',
  /** Path and query as the client sent them. */
  uri: 'fairlead-request-uri',
  /** Addresses, separated by a comma and a space. */
  sources: 'fairlead-source-ips',
} as const;

/** Request headers of clients that mean something to the API. */
export const forwardedHeaders = ['accept', 'content-type', 'if-none-match', 'user-agent'] as const;

/** What the front has found of the client's credential. */
export function credentialOf({ headers }: Request): Credential | undefined {
  const token = tokenOf(headers);
  const fingerprint = headers.get(internalHeaders.certificateHash);
  if (!token && fingerprint === null) return undefined;
  const der = headers.get(internalHeaders.certificate) ?? '';
  const as = headers.get(internalHeaders.impersonate);
  return {
    ...(token ? { token } : {}),
    ...(fingerprint === null ? {} : { certificate: { fingerprint, der } }),
    ...(as === null ? {} : { as: JSON.parse(decodeURIComponent(as)) as Impersonation }),
  };
}

function tokenOf(headers: Headers): BearerToken | undefined {
  const hash = headers.get(internalHeaders.tokenHash);
  if (hash === null) return undefined;
  const jwt = headers.get(internalHeaders.jwt);
  const bootstrapId = headers.get(internalHeaders.bootstrapId);
  return { hash, ...(jwt === null ? {} : { jwt }), ...(bootstrapId === null ? {} : { bootstrapId }) };
}

export function setCredential(headers: Headers, { token, certificate, as }: Credential): void {
  if (token) {
    headers.set(internalHeaders.tokenHash, token.hash);
    if (token.jwt !== undefined) headers.set(internalHeaders.jwt, token.jwt);
    if (token.bootstrapId !== undefined) headers.set(internalHeaders.bootstrapId, token.bootstrapId);
  }
  if (certificate) {
    headers.set(internalHeaders.certificate, certificate.der);
    headers.set(internalHeaders.certificateHash, certificate.fingerprint);
  }
  if (as) headers.set(internalHeaders.impersonate, encodeURIComponent(JSON.stringify(as)));
}

/** `request` is the client's own. */
export function setAuditHeaders(headers: Headers, request: Request): void {
  const { pathname, search } = new URL(request.url);
  headers.set(auditHeaders.uri, `${pathname}${search}`);
  const id = request.headers.get(auditHeaders.id);
  if (id) headers.set(auditHeaders.id, id);
  const sources = sourcesOf(request.headers);
  if (sources.length > 0) headers.set(auditHeaders.sources, sources.join(', '));
}

const address = /^[0-9a-fA-F.:]{2,45}$/;

/** Where a request came from, the nearest last: what proxies say, and what the platform has seen itself. */
function sourcesOf(headers: Headers): string[] {
  const claimed = (headers.get('x-forwarded-for') ?? '').split(',').map((text) => text.trim());
  const seen = headers.get('cf-connecting-ip') ?? headers.get('x-real-ip') ?? '';
  const all = [...claimed, seen].filter((text) => address.test(text));
  return all.filter((text, index) => all.indexOf(text) === index).slice(-16);
}
