import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

/** The certificate that a client has shown when it connected. Nobody has judged it yet; the client has its key. */
export interface ClientCertificate {
  /** SHA-256 of the certificate, hex: what it is remembered by. */
  fingerprint: string;
  /** Base64. */
  der: string;
}

/** What a platform that ends TLS says of the client's end of it, in Cloudflare's names. */
export interface TlsClientAuth {
  /** `1` or `0`. */
  certPresented?: string;
  /** The certificate as a byte sequence of structured fields (RFC 9440); empty where it is too large. */
  certRFC9440?: string;
}

/** One that is there and that nobody can read: it is refused, as one of somebody else's is. */
const unreadable: ClientCertificate = { fingerprint: '', der: '' };

/** Few enough that those in memory are of the clients that are here now. */
const maxRemembered = 256;
const byteSequence = /^:([A-Za-z0-9+/]+={0,2}):$/;
/** As the platform says that it passes none that are larger. */
const maxDerBytes = 10 * 1024;

/**
 * Reads what the platform says of a client's certificate; undefined without one. It has to come from the platform itself:
 * a header of the same content proves nothing. Remembers what it has hashed: a client shows the same with every request.
 */
export function createClientCertificateReader(): (auth: TlsClientAuth | undefined) => ClientCertificate | undefined {
  const remembered = new Map<string, ClientCertificate>();
  return (auth) => {
    if (auth?.certPresented !== '1') return undefined;
    const text = auth.certRFC9440 ?? '';
    const known = remembered.get(text);
    if (known) return known;
    const der = byteSequence.exec(text)?.[1];
    if (der === undefined || der.length > (maxDerBytes * 4) / 3 + 4) return unreadable;
    const fingerprint = createHash('sha256').update(Buffer.from(der, 'base64')).digest('hex');
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(text, { fingerprint, der });
    return { fingerprint, der };
  };
}
