import {
  DerError,
  type DerValue,
  derChildren,
  derTags,
  expectDer,
  readDer,
  readObjectIdentifier,
  readText,
} from './der.ts';
import { type DistinguishedName, readDistinguishedName, readPair } from './distinguished-name.ts';
import { readPem, textOfBytes } from './pem.ts';
import { readSigned, type Signed } from './signed.ts';

/** A request for a certificate (PKCS #10, RFC 2986), as far as signers judge it. */
export interface CertificateRequest extends Signed, Omit<DistinguishedName, 'uids'> {
  /** Alternative names of the subject. */
  names: { dns: string[]; ips: string[]; emails: string[]; uris: string[] };
  /** The key, as a SubjectPublicKeyInfo. */
  publicKey: Uint8Array;
}

const label = 'CERTIFICATE REQUEST';
const identifiers = {
  extensionRequest: '1.2.840.113549.1.9.14',
  subjectAltName: '2.5.29.17',
} as const;

/** Reads `spec.request` of a CertificateSigningRequest. Throws DerError, whose message is for the client. */
export function readCertificateRequest(base64: string): CertificateRequest {
  const [block] = readPem(textOfBytes(base64) ?? '');
  if (block?.label !== label) throw new DerError(`PEM block type must be ${label}`);
  return readRequest(readDer(block.bytes));
}

/** Reads a request without PEM around it, in a field of bytes. Throws DerError. */
export function readBareRequest(base64: string): CertificateRequest {
  return readRequest(readDer(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))));
}

function readRequest(der: DerValue): CertificateRequest {
  const { info, signed } = readSigned(der);
  const [, subject, publicKey, attributes] = derChildren(info);
  const { commonName, organizations } = readDistinguishedName(subject);
  return {
    commonName,
    organizations,
    names: readNames(attributes),
    publicKey: expectDer(publicKey, derTags.sequence).raw,
    ...signed,
  };
}

function readNames(attributes: DerValue | undefined): CertificateRequest['names'] {
  const names: CertificateRequest['names'] = { dns: [], ips: [], emails: [], uris: [] };
  for (const general of attributes ? generalNames(attributes) : []) {
    const { tag, content } = general;
    if (tag === 0x81) names.emails.push(readText(general));
    else if (tag === 0x82) names.dns.push(readText(general));
    else if (tag === 0x86) names.uris.push(readText(general));
    else if (tag === 0x87) names.ips.push(readAddress(content));
  }
  return names;
}

function generalNames(attributes: DerValue): DerValue[] {
  const extensions = derChildren(attributes)
    .map(readPair)
    .filter(({ id }) => id === identifiers.extensionRequest)
    .flatMap(({ value }) => derChildren(value))
    .flatMap(derChildren);
  return extensions.flatMap((extension) => {
    const [id, ...rest] = derChildren(expectDer(extension, derTags.sequence));
    if (readObjectIdentifier(id) !== identifiers.subjectAltName) return [];
    const value = expectDer(rest.at(-1), derTags.octetString);
    return derChildren(readDer(value.content));
  });
}

function readAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) throw new DerError('invalid IP address');
  const groups = Array.from({ length: 8 }, (_, index) =>
    (bytes[2 * index]! * 256 + bytes[2 * index + 1]!).toString(16),
  );
  return groups.join(':');
}
