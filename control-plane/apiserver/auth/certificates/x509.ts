import type { JWK } from 'jose';
import type { Authority } from './authority.ts';

const subjectAltName = '2.5.29.17';
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** Only a cluster that signs certificates pays for loading this. */
async function load() {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  // The library's idea of the type is that of browsers.
  x509.cryptoProvider.set(crypto as never);
  return x509;
}

type X509 = Awaited<ReturnType<typeof load>>;
type KeyPair = Parameters<X509['X509CertificateGenerator']['createSelfSigned']>[0]['keys'];

export interface Validity {
  /** Hexadecimal. */
  serialNumber: string;
  /** Epoch ms. */
  notBeforeMs: number;
  notAfterMs: number;
}

/** A new authority with a new key. */
export async function makeAuthority({
  name,
  serialNumber,
  notBeforeMs,
  notAfterMs,
}: Validity & { name: string }): Promise<Omit<Authority, 'notAfterMs'>> {
  const x509 = await load();
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as KeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber,
    name,
    notBefore: new Date(notBeforeMs),
    notAfter: new Date(notAfterMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const privateKey = (await crypto.subtle.exportKey('jwk', keys.privateKey)) as JWK;
  return { certificate: certificate.toString('pem'), privateKey };
}

/** A certificate for the name, the alternative names and the key of a request. */
export async function signCertificate(
  authority: Authority,
  { request, usages, serialNumber, notBeforeMs, notAfterMs }: Validity & { request: string; usages: readonly string[] },
): Promise<string> {
  const x509 = await load();
  const issuer = new x509.X509Certificate(authority.certificate);
  const wanted = new x509.Pkcs10CertificateRequest(request);
  const jwk = authority.privateKey as Parameters<typeof crypto.subtle.importKey>[1];
  const signingKey = await crypto.subtle.importKey('jwk' as never, jwk as never, algorithm, false, ['sign']);
  const names = wanted.getExtension(subjectAltName);
  const { flags, extended } = usagesOf(x509, usages);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber,
    // Not as text, in which some characters would mean something: the name that was judged is the one that is signed.
    subject: wanted.subjectName,
    issuer: issuer.subject,
    notBefore: new Date(notBeforeMs),
    notAfter: new Date(notAfterMs),
    signingAlgorithm: algorithm,
    publicKey: wanted.publicKey,
    signingKey: signingKey as KeyPair['privateKey'],
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      ...(flags ? [new x509.KeyUsagesExtension(flags, true)] : []),
      ...(extended.length > 0 ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
      ...(names ? [names] : []),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

function usagesOf(x509: X509, usages: readonly string[]): { flags: number; extended: string[] } {
  const { KeyUsageFlags: flag } = x509;
  const flags: Readonly<Record<string, number>> = {
    signing: flag.digitalSignature,
    'digital signature': flag.digitalSignature,
    'content commitment': flag.nonRepudiation,
    'key encipherment': flag.keyEncipherment,
    'key agreement': flag.keyAgreement,
    'data encipherment': flag.dataEncipherment,
    'cert sign': flag.keyCertSign,
    'crl sign': flag.cRLSign,
    'encipher only': flag.encipherOnly,
    'decipher only': flag.decipherOnly,
  };
  return {
    flags: usages.reduce((all, usage) => all | (flags[usage] ?? 0), 0),
    extended: usages.flatMap((usage) => extendedUsages[usage] ?? []),
  };
}

/** Object identifiers of extended usages. */
const extendedUsages: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
};
