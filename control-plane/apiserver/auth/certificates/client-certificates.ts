import { type Certificate, readCertificate } from '../../../../shared/certificates/certificate.ts';
import { DerError } from '../../../../shared/certificates/der.ts';
import { readPem } from '../../../../shared/certificates/pem.ts';
import type { UserInfo } from '../../registry/registry.ts';
import { anonymousUser, authenticatedGroup, unauthenticatedGroup } from '../authorize.ts';
import type { ClientCertificate } from '../client-certificate.ts';
import { signatureFault } from './signature.ts';

/** Whom certificates speak for that clients have shown when they connected. */
export interface CertificateVerifier {
  /** Undefined: a good certificate, which names nobody. `refused` is for the log. */
  verify(certificate: ClientCertificate): { user: UserInfo } | { refused: string } | undefined;
}

export interface CertificateVerifierDeps {
  /** The authorities that are trusted, in PEM. */
  authorities(): readonly string[];
  /** Epoch ms. */
  now(): number;
}

const clientAuth = '1.3.6.1.5.5.7.3.2';
const anyUsage = '2.5.29.37.0';
const credentialId = 'authentication.kubernetes.io/credential-id';
/** Every request comes with its certificate, few of them with many different ones. */
const maxRemembered = 1000;

/**
 * A certificate that an authority of the cluster has signed for clients speaks for the user of its common name, who is in
 * the groups of its organizations. That the client has the key was proven when it connected. What is good is known until
 * it ends, without being verified again; what is not is found out anew each time.
 */
export function createCertificateVerifier({ authorities, now }: CertificateVerifierDeps): CertificateVerifier {
  const remembered = new Map<string, { user: UserInfo; notAfterMs: number }>();

  function judge({ der, fingerprint }: ClientCertificate): ReturnType<CertificateVerifier['verify']> {
    const certificate = readCertificate(Uint8Array.from(atob(der), (char) => char.charCodeAt(0)));
    const fault = faultOf(certificate, authorities(), now());
    if (fault) return { refused: `verifying certificate ${identifierOf(certificate)} failed: ${fault}` };
    const { commonName, uids } = certificate.name;
    if (commonName === '') return undefined;
    if (uids.length > 1) return { refused: `expected 1 UID, but found multiple: [${uids.join(' ')}]` };
    if (uids[0] === '') return { refused: 'UID cannot be an empty string' };
    const user = userOf(certificate, fingerprint);
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(fingerprint, { user, notAfterMs: certificate.notAfterMs });
    return { user };
  }

  return {
    verify(certificate) {
      const known = remembered.get(certificate.fingerprint);
      if (known && known.notAfterMs >= now()) return known;
      try {
        return judge(certificate);
      } catch (error) {
        if (error instanceof DerError) return { refused: `x509: malformed certificate: ${error.message}` };
        throw error;
      }
    },
  };
}

/** Why the certificate is not one of these authorities' for a client, in the words of Go's verification. */
function faultOf(certificate: Certificate, authorities: readonly string[], nowMs: number): string | undefined {
  const { issuer, notBeforeMs, notAfterMs, extendedUsages, unknownCritical } = certificate;
  if (unknownCritical.length > 0) return 'x509: unhandled critical extension';
  const invalid = 'x509: certificate has expired or is not yet valid: current time';
  if (nowMs < notBeforeMs) return `${invalid} ${rfc3339(nowMs)} is before ${rfc3339(notBeforeMs)}`;
  if (nowMs > notAfterMs) return `${invalid} ${rfc3339(nowMs)} is after ${rfc3339(notAfterMs)}`;
  const isSigned = authorities
    .flatMap((pem) => readPem(pem))
    .map(({ bytes }) => readCertificate(bytes))
    .some(({ subject, publicKey }) => sameBytes(subject, issuer) && !signatureFault({ ...certificate, publicKey }));
  if (!isSigned) return 'x509: certificate signed by unknown authority';
  const isForClients = !extendedUsages || extendedUsages.some((usage) => usage === clientAuth || usage === anyUsage);
  return isForClients ? undefined : 'x509: certificate specifies an incompatible key usage';
}

function userOf({ name: { commonName, organizations, uids } }: Certificate, fingerprint: string): UserInfo {
  const hasEverybody =
    commonName === anonymousUser.name ||
    organizations.includes(authenticatedGroup) ||
    organizations.includes(unauthenticatedGroup);
  return {
    name: commonName,
    ...(uids[0] === undefined ? {} : { uid: uids[0] }),
    groups: hasEverybody ? organizations : [...organizations, authenticatedGroup],
    extra: { [credentialId]: [`X509SHA256=${fingerprint}`] },
  };
}

/** What of a certificate may be logged. */
function identifierOf({ serialNumber, subjectKeyId, authorityKeyId }: Certificate): string {
  return `SN=${serialNumber}, SKID=${hex(subjectKeyId)}, AKID=${hex(authorityKeyId)}`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
