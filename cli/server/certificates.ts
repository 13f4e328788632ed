import { webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import type { DataDir } from './data-dir.ts';

/** PEM files of a server, relative to its data directory. */
export const certificateFiles = {
  ca: 'tls/ca.crt',
  caKey: 'tls/ca.key',
  chain: 'tls/server.crt',
  key: 'tls/server.key',
};

const dayMs = 86_400_000;
const caLifetimeMs = 10 * 365 * dayMs;
const serverLifetimeMs = 365 * dayMs;
/** A server certificate with less than this left is replaced: at a start, or while the server runs. */
const renewBeforeMs = 90 * dayMs;

/** Under which programs in Pods know the API: the Service `kubernetes`. */
const serviceNames = ['', '.default', '.default.svc', '.default.svc.cluster.local'].map((rest) => `kubernetes${rest}`);

/**
 * Names and addresses under which this machine may be reached, and those of the Service `kubernetes`. `others`: that
 * Service's own address, and any that the machine does not know of.
 */
export function serverNames(listenHost: string, others: readonly string[] = []): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((item) => item.address));
  const usable = addresses.filter((address) => !address.startsWith('fe80:'));
  const wildcard = listenHost === '0.0.0.0' || listenHost === '::' || listenHost === '*';
  const own = ['localhost', hostname(), '127.0.0.1', '::1', ...usable, ...(wildcard ? [] : [listenHost])];
  return [...new Set([...own, ...serviceNames, ...others])];
}

function covers(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
}

function stillGood(pem: string | undefined, names: string[], nowMs: number): boolean {
  if (!pem) return false;
  const certificate = new X509Certificate(pem);
  return Date.parse(certificate.validTo) - nowMs > renewBeforeMs && names.every((name) => covers(certificate, name));
}

/**
 * Makes sure that the data directory holds a CA and a server certificate for `names`. The CA is made once (kubeconfigs
 * carry it), the server certificate whenever it runs out or this machine has a new address. True when it made one.
 */
export async function ensureCertificates(
  dataDir: DataDir,
  names: string[],
  { nowMs = Date.now() }: { nowMs?: number } = {},
): Promise<boolean> {
  const hasAuthority = dataDir.read(certificateFiles.ca) && dataDir.read(certificateFiles.caKey);
  if (
    hasAuthority &&
    dataDir.read(certificateFiles.key) &&
    stillGood(dataDir.read(certificateFiles.chain), names, nowMs)
  )
    return false;

  // Loaded only when something must be signed: it costs a tenth of the server's start.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(globalThis.crypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const serialNumber = () => Buffer.from(webcrypto.getRandomValues(new Uint8Array(16))).toString('hex');
  const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const privatePem = async (key: webcrypto.CryptoKey) =>
    x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');

  if (!hasAuthority) {
    const keys = await newKeys();
    const authority = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: 'CN=fairlead-ca',
      notBefore: new Date(nowMs - dayMs),
      notAfter: new Date(nowMs + caLifetimeMs),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    dataDir.write(await privatePem(keys.privateKey), certificateFiles.caKey);
    dataDir.write(authority.toString('pem'), certificateFiles.ca);
  }

  const authority = new x509.X509Certificate(dataDir.read(certificateFiles.ca) as string);
  const authorityKey = await webcrypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(dataDir.read(certificateFiles.caKey) as string),
    algorithm,
    false,
    ['sign'],
  );
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=fairlead-server',
    issuer: authority.subject,
    notBefore: new Date(nowMs - dayMs),
    notAfter: new Date(nowMs + serverLifetimeMs),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authorityKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) ? ('ip' as const) : ('dns' as const), value: name })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(authority),
    ],
  });
  dataDir.write(await privatePem(keys.privateKey), certificateFiles.key);
  dataDir.write(certificate.toString('pem'), certificateFiles.chain);
  return true;
}
