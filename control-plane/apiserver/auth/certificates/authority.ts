import type { JWK } from 'jose';
import type { KubernetesObject } from '../../../../shared/api/object.ts';
import type { CommitQueue } from '../../../store/commit-queue.ts';
import type { Store } from '../../../store/store.ts';
import { internalResource } from '../internal-resources.ts';
import { makeAuthority, signCertificate } from './x509.ts';

/** What a certificate is to be good for, and for how long at most. */
export interface CertificateToIssue {
  /** PKCS #10, in PEM. Its names are taken as they are: who approves and signs has judged them. */
  request: string;
  /** In Kubernetes' names: `client auth`. */
  usages: readonly string[];
  expirationSeconds?: number;
}

/** Signs certificates in a cluster's name. The key is made when it is needed first, and never leaves. */
export interface CertificateAuthority {
  /** A certificate in PEM. */
  issue(wanted: CertificateToIssue): Promise<string>;
  /** The authorities whose certificates are still good, in PEM, the newest first; none is made for this. */
  trusted(): string[];
  /** The same in one text, of one at least. */
  bundle(): Promise<string>;
}

export interface CertificateAuthorityDeps {
  store: Pick<Store, 'list'>;
  commits: CommitQueue;
  /** Epoch ms. */
  now(): number;
  uid(): string;
  randomBytes(length: number): Uint8Array;
}

/** An authority in PEM, with the key that belongs to it. */
export interface Authority {
  certificate: string;
  privateKey: JWK;
  notAfterMs: number;
}

export const certificateAuthoritiesResource = internalResource('certificateauthorities');

const dayMs = 86_400_000;
/** Long: whoever verifies certificates has been given the authority once. */
const authorityMs = 10 * 365 * dayMs;
/** So long before its end another one takes over, and both are trusted: nobody has to be there on the day. */
const overlapMs = 2 * 365 * dayMs;
const longestSeconds = 365 * 86_400;
const shortestSeconds = 600;
/** For clocks that are behind. */
const backdateMs = 5 * 60_000;
/** Of shorter ones the backdating would take too much. */
const shortMs = 8 * 3600_000;

export function createCertificateAuthority(deps: CertificateAuthorityDeps): CertificateAuthority {
  const { store, commits, now, uid, randomBytes } = deps;

  const live = (): Authority[] =>
    store
      .list({ resource: certificateAuthoritiesResource })
      .items.sort((a, b) => b.revision - a.revision)
      .map(({ json }) => (JSON.parse(json) as KubernetesObject & { authority: Authority }).authority)
      .filter(({ notAfterMs }) => notAfterMs > now());
  const isGood = (authority: Authority | undefined): authority is Authority =>
    authority !== undefined && authority.notAfterMs - now() > overlapMs;

  async function current(): Promise<Authority> {
    const [newest] = live();
    if (isGood(newest)) return newest;
    const notAfterMs = now() + authorityMs;
    const authority = await makeAuthority({
      serialNumber: newSerialNumber(randomBytes),
      name: 'CN=fairlead-cluster-ca',
      notBeforeMs: now() - backdateMs,
      notAfterMs,
    });
    await commits.submit((tx) => {
      // Somebody else may have needed one at the same moment.
      if (isGood(live()[0])) return;
      const objectId = uid();
      const metadata = { name: objectId, uid: objectId, resourceVersion: String(tx.nextRevision) };
      const key = { resource: certificateAuthoritiesResource, namespace: '', name: objectId };
      const json = JSON.stringify({ metadata, authority: { ...authority, notAfterMs } });
      tx.put({ key, uid: objectId, json, labels: {}, owners: [], claims: [] });
    });
    return live()[0]!;
  }

  const trusted = () => live().map(({ certificate }) => certificate);

  return {
    trusted,
    async issue({ request, usages, expirationSeconds = longestSeconds }) {
      const authority = await current();
      const lifetimeMs = Math.max(shortestSeconds, Math.min(expirationSeconds, longestSeconds)) * 1000;
      const endMs = now() + lifetimeMs - (lifetimeMs < shortMs ? 0 : backdateMs);
      return signCertificate(authority, {
        serialNumber: newSerialNumber(randomBytes),
        request,
        usages,
        notBeforeMs: now() - backdateMs,
        notAfterMs: Math.min(endMs, authority.notAfterMs),
      });
    },
    async bundle() {
      await current();
      return trusted().join('\n');
    },
  };
}

/** 127 bits: positive, whatever they are. */
function newSerialNumber(randomBytes: (length: number) => Uint8Array): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
