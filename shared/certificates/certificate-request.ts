import {
  DerError,
  type DerValue,
  derChildren,
  derTags,
  expectDer,
  readBits,
  readDer,
  readObjectIdentifier,
  readText,
} from './der.ts';
import { readPem, textOfBytes } from './pem.ts';

/** A request for a certificate (PKCS #10, RFC 2986), as far as signers judge it. */
export interface CertificateRequest {
  commonName: string;
  organizations: string[];
  /** Alternative names of the subject. */
  names: { dns: string[]; ips: string[]; emails: string[]; uris: string[] };
  /** The key, as a SubjectPublicKeyInfo. */
  publicKey: Uint8Array;
  /** What was signed, by what algorithm (an object identifier), and the signature. */
  signed: Uint8Array;
  signatureAlgorithm: string;
  signature: Uint8Array;
}

const label = 'CERTIFICATE REQUEST';
const identifiers = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
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
  const [info, algorithm, signature] = derChildren(expectDer(der, derTags.sequence));
  const [, subject, publicKey, attributes] = derChildren(expectDer(info, derTags.sequence));
  const attributesOfSubject = derChildren(expectDer(subject, derTags.sequence)).flatMap(derChildren).map(readPair);
  const all = (id: string) => attributesOfSubject.filter((one) => one.id === id).map(({ value }) => readText(value));
  return {
    commonName: all(identifiers.commonName).at(-1) ?? '',
    organizations: all(identifiers.organization),
    names: readNames(attributes),
    publicKey: expectDer(publicKey, derTags.sequence).raw,
    signed: expectDer(info, derTags.sequence).raw,
    signatureAlgorithm: readObjectIdentifier(derChildren(expectDer(algorithm, derTags.sequence))[0]),
    signature: readBits(signature),
  };
}

/** A type and a value: of a name, or of an attribute. */
function readPair(pair: DerValue): { id: string; value: DerValue } {
  const [id, value] = derChildren(expectDer(pair, derTags.sequence));
  if (!value) throw new DerError('data truncated');
  return { id: readObjectIdentifier(id), value };
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
