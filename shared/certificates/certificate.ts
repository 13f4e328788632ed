import {
  DerError,
  type DerValue,
  derChildren,
  derTags,
  expectDer,
  readBoolean,
  readDer,
  readObjectIdentifier,
  readTime,
} from './der.ts';
import { type DistinguishedName, readDistinguishedName } from './distinguished-name.ts';
import { readSigned, type Signed } from './signed.ts';

/** A certificate (X.509, RFC 5280), as far as it is verified against an authority that signs no further ones. */
export interface Certificate extends Signed {
  serialNumber: bigint;
  /** Names as they are encoded, which is how they are compared. */
  issuer: Uint8Array;
  subject: Uint8Array;
  name: DistinguishedName;
  /** Epoch ms; both are within the validity. */
  notBeforeMs: number;
  notAfterMs: number;
  /** The key, as a SubjectPublicKeyInfo. */
  publicKey: Uint8Array;
  /** Object identifiers. Undefined: good for everything. */
  extendedUsages: string[] | undefined;
  subjectKeyId: Uint8Array;
  authorityKeyId: Uint8Array;
  /** Object identifiers of critical extensions that nothing here looks at. */
  unknownCritical: string[];
}

const identifiers = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;
const known: ReadonlySet<string> = new Set(Object.values(identifiers));

/** Context-specific tags: the version, the extensions, and the identifier within that of an authority's key. */
const tags = { version: 0xa0, extensions: 0xa3, keyIdentifier: 0x80 } as const;

/** Reads a certificate in DER. Throws DerError. */
export function readCertificate(bytes: Uint8Array): Certificate {
  const { info, signed } = readSigned(readDer(bytes));
  const parts = derChildren(info);
  if (parts[0]?.tag === tags.version) parts.shift();
  const [serialNumber, , issuer, validity, subject, publicKey, ...rest] = parts;
  const [notBefore, notAfter] = derChildren(expectDer(validity, derTags.sequence));
  const extensions = readExtensions(rest.find(({ tag }) => tag === tags.extensions));
  const extension = (id: string) => {
    const found = extensions.find((one) => one.id === id);
    return found && readDer(found.content);
  };
  const usages = extension(identifiers.extendedKeyUsage);
  return {
    serialNumber: readInteger(serialNumber),
    issuer: expectDer(issuer, derTags.sequence).raw,
    subject: expectDer(subject, derTags.sequence).raw,
    name: readDistinguishedName(subject),
    notBeforeMs: readTime(notBefore),
    notAfterMs: readTime(notAfter),
    publicKey: expectDer(publicKey, derTags.sequence).raw,
    extendedUsages: usages && derChildren(expectDer(usages, derTags.sequence)).map(readObjectIdentifier),
    subjectKeyId: extension(identifiers.subjectKeyId)?.content ?? new Uint8Array(),
    authorityKeyId: readAuthorityKeyId(extension(identifiers.authorityKeyId)),
    unknownCritical: extensions.filter(({ id, isCritical }) => isCritical && !known.has(id)).map(({ id }) => id),
    ...signed,
  };
}

function readExtensions(wrapped: DerValue | undefined): { id: string; isCritical: boolean; content: Uint8Array }[] {
  const [list] = wrapped ? derChildren(wrapped) : [];
  if (!list) return [];
  const extensions = derChildren(expectDer(list, derTags.sequence)).map((extension) => {
    const [id, ...others] = derChildren(expectDer(extension, derTags.sequence));
    const isCritical = others[0]?.tag === derTags.boolean && readBoolean(others.shift());
    const { content } = expectDer(others[0], derTags.octetString);
    return { id: readObjectIdentifier(id), isCritical, content };
  });
  if (new Set(extensions.map(({ id }) => id)).size < extensions.length) {
    throw new DerError('certificate contains duplicate extensions');
  }
  return extensions;
}

function readAuthorityKeyId(value: DerValue | undefined): Uint8Array {
  const parts = value ? derChildren(expectDer(value, derTags.sequence)) : [];
  return parts.find(({ tag }) => tag === tags.keyIdentifier)?.content ?? new Uint8Array();
}

function readInteger(value: DerValue | undefined): bigint {
  const { content } = expectDer(value, derTags.integer);
  if (content.length === 0 || content.length > 32) throw new DerError('invalid integer');
  return content.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}
