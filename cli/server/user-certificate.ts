import { webcrypto } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { CertificateSigningRequest } from '../../shared/api/object.ts';
import type { ApiClient } from '../api-client.ts';
import { UserError } from '../report.ts';

export interface CertificateSubject {
  user: string;
  groups: readonly string[];
}

/** In PEM. */
export interface UserCertificate {
  certificate: string;
  key: string;
}

export interface UserCertificateOptions extends CertificateSubject {
  expirationSeconds: number;
}

const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const timeoutMs = 15_000;
const pollMs = 100;

/** A certificate for a user of the cluster, asked for and approved by its administrator. The key never leaves. */
export async function issueUserCertificate(
  api: ApiClient,
  { expirationSeconds, ...subject }: UserCertificateOptions,
): Promise<UserCertificate> {
  const { key, request } = await makeKeyAndRequest(subject);
  const created = await api.create<CertificateSigningRequest>(requests, {
    metadata: { generateName: 'kubeconfig-' },
    spec: {
      request: Buffer.from(request).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['digital signature', 'client auth'],
      expirationSeconds,
    },
  });
  const path = `${requests}/${created.metadata.name}`;
  const approved = {
    type: 'Approved',
    status: 'True',
    reason: 'AdministratorApproved',
    message: 'fairlead kubeconfig',
  };
  await api.update(`${path}/approval`, { ...created, status: { conditions: [approved] } });
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const { status } = await api.get<CertificateSigningRequest>(path);
    if (status?.certificate) return { key, certificate: Buffer.from(status.certificate, 'base64').toString() };
    const failed = status?.conditions?.find(({ type }) => type === 'Failed');
    if (failed) throw new UserError(`The certificate was not signed: ${failed.message}`);
    await delay(pollMs);
  }
  throw new UserError(`The certificate was not signed within ${timeoutMs / 1000} s.`);
}

/** A new key, and the request for a certificate that has the user's name; both in PEM. */
export async function makeKeyAndRequest({ user, groups }: CertificateSubject): Promise<{
  key: string;
  request: string;
}> {
  // Loaded only when a key is made.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(globalThis.crypto);
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  // Not as one text, in which some characters would mean something.
  const name = new x509.Name([
    ...groups.map((group) => ({ O: [{ utf8String: group }] })),
    { CN: [{ utf8String: user }] },
  ]);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm });
  const privateKey = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { key: x509.PemConverter.encode(privateKey, 'PRIVATE KEY'), request: request.toString('pem') };
}
