import { createHash, randomBytes } from 'node:crypto';
import type { DataDir } from './data-dir.ts';

/** What a local deployment keeps to itself; on Cloudflare the same two values are Worker secrets. */
export interface DeploymentSecrets {
  /** Bearer token of the deployment's administrator: creates, lists and deletes clusters. */
  adminToken: string;
  /** 32 bytes in base64: Secrets are stored encrypted with it. */
  encryptionKey: string;
}

/** Reads the secrets of a data directory, creating them on first use. */
export function deploymentSecrets(dataDir: DataDir): DeploymentSecrets {
  const stored = dataDir.read('secrets.json');
  if (stored) return JSON.parse(stored) as DeploymentSecrets;
  const secrets = {
    adminToken: randomBytes(32).toString('base64url'),
    encryptionKey: randomBytes(32).toString('base64'),
  };
  dataDir.write(`${JSON.stringify(secrets, null, 2)}\n`, 'secrets.json');
  return secrets;
}

/** The form in which a token is known to the Worker. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
