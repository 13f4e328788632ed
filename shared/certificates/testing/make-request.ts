import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

export interface RequestOptions {
  /** As in `O=system:nodes, CN=system:node:n1`, or value by value. */
  subject?: string | x509.JsonNameParams;
  names?: x509.JsonGeneralNames;
  algorithm?: 'ECDSA' | 'RSA';
}

type Keys = NonNullable<Parameters<typeof x509.Pkcs10CertificateRequestGenerator.create>[0]>['keys'];

const algorithms = {
  ECDSA: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  RSA: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 },
} as const;

/** A request for a certificate in the form of `spec.request`, made by a library that knows nothing of ours. */
export async function makeRequest({ subject = 'CN=example', names, algorithm = 'ECDSA' }: RequestOptions = {}) {
  const signingAlgorithm = algorithms[algorithm];
  const keys = (await crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])) as Keys;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: typeof subject === 'string' ? subject : new x509.Name(subject),
    keys,
    signingAlgorithm,
    ...(names ? { extensions: [new x509.SubjectAlternativeNameExtension(names)] } : {}),
  });
  return btoa(request.toString('pem'));
}

/** A certificate in the form of `status.certificate`. */
export async function makeCertificate(name: string): Promise<string> {
  return btoa((await makeSelfSigned(name)).certificate);
}

/** A certificate that no authority has signed, with its key; both in PEM. */
export async function makeSelfSigned(name: string): Promise<{ certificate: string; key: string }> {
  const signingAlgorithm = algorithms.ECDSA;
  const keys = (await crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])) as Keys;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({ name, keys, signingAlgorithm });
  const key = (await crypto.subtle.exportKey('pkcs8', keys.privateKey)) as ArrayBuffer;
  return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
}
