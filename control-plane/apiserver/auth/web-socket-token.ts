import { unauthorized } from '../../../shared/api/errors.ts';

export const protocolHeader = 'sec-websocket-protocol';
const prefix = 'base64url.bearer.authorization.k8s.io.';

/**
 * The bearer token among the protocols that a WebSocket client offers, which is how browsers send one: they can set no
 * header. In the form of an `Authorization` header. Throws Unauthorized for a token that is none, or that comes without a
 * protocol to speak.
 */
export function webSocketAuthorization(headers: Headers): string | null {
  if (headers.get('upgrade')?.toLowerCase() !== 'websocket') return null;
  const offered = protocolsOf(headers.get(protocolHeader) ?? '');
  const tokens = offered.filter((one) => one.startsWith(prefix));
  if (tokens.length === 0) return null;
  const token = decoded(tokens[0]!.slice(prefix.length));
  if (tokens.length > 1 || tokens.length === offered.length || !token) throw unauthorized();
  return `Bearer ${token}`;
}

/** What is left of the protocols for whoever is to speak one of them: nobody else is to see the token. */
export function withoutToken(protocols: string): string {
  return protocolsOf(protocols)
    .filter((one) => !one.startsWith(prefix))
    .join(', ');
}

function protocolsOf(header: string): string[] {
  return header.split(',').flatMap((one) => one.trim() || []);
}

function decoded(text: string): string | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) return undefined;
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
