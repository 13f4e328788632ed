import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { certificateFiles, ensureCertificates, serverNames } from './certificates.ts';
import { DataDir } from './data-dir.ts';

let dataDir: DataDir;
const names = ['localhost', '127.0.0.1', '::1', 'host.example'];
const file = (name: string) => readFileSync(dataDir.file(name), 'utf8');

beforeEach(() => {
  dataDir = new DataDir(mkdtempSync(join(tmpdir(), 'fairlead-tls-')));
});
afterEach(() => rmSync(dataDir.path, { recursive: true }));

/** Shakes hands as a client that trusts the CA and expects this name; rejects when it does not trust the server. */
async function handshake(servername: string): Promise<void> {
  const server = createServer({ key: file(certificateFiles.key), cert: file(certificateFiles.chain) }).listen(
    0,
    '127.0.0.1',
  );
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await new Promise<void>((resolve, reject) => {
      const client = connect({ host: '127.0.0.1', port, servername, ca: file(certificateFiles.ca) }, () =>
        client.end(resolve),
      );
      client.once('error', reject);
    });
  } finally {
    server.close();
  }
}

describe('ensureCertificates', () => {
  test('makes a chain that clients trust, readable by its owner only', async () => {
    await ensureCertificates(dataDir, names);
    await handshake('host.example');
    await expect(handshake('other.example')).rejects.toThrow(/altnames/i);
    for (const name of Object.values(certificateFiles)) expect(statSync(dataDir.file(name)).mode & 0o077).toBe(0);
  });

  test('covers what a server is called by programs in Pods', async () => {
    await ensureCertificates(dataDir, serverNames('127.0.0.1', ['10.96.0.1', '203.0.113.5']));
    await handshake('kubernetes.default.svc');
    const certificate = new X509Certificate(file(certificateFiles.chain));
    for (const name of ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc.cluster.local'])
      expect(certificate.checkHost(name)).toBe(name);
    for (const ip of ['10.96.0.1', '203.0.113.5']) expect(certificate.checkIP(ip)).toBe(ip);
  });

  test('changes nothing while the names are covered', async () => {
    await ensureCertificates(dataDir, names);
    const before = file(certificateFiles.chain);
    await ensureCertificates(dataDir, names.slice(1));
    expect(file(certificateFiles.chain)).toBe(before);
  });

  test('a server certificate is renewed months before its end, by the same CA', async () => {
    const dayMs = 86_400_000;
    expect(await ensureCertificates(dataDir, names)).toBe(true);
    const authority = file(certificateFiles.ca);
    const end = () => Date.parse(new X509Certificate(file(certificateFiles.chain)).validTo);
    const firstEnd = end();
    expect(await ensureCertificates(dataDir, names, { nowMs: firstEnd - 91 * dayMs })).toBe(false);
    expect(await ensureCertificates(dataDir, names, { nowMs: firstEnd - 89 * dayMs })).toBe(true);
    expect(end() - firstEnd).toBeGreaterThan(270 * dayMs);
    expect(file(certificateFiles.ca)).toBe(authority);
  });

  test('a new name gets a new server certificate from the same CA', async () => {
    await ensureCertificates(dataDir, names);
    const authority = file(certificateFiles.ca);
    await ensureCertificates(dataDir, [...names, 'new.example']);
    expect(file(certificateFiles.ca)).toBe(authority);
    await handshake('new.example');
  });
});
