import { readFileSync } from 'node:fs';
import { UserError } from '../report.ts';
import { certificateFiles } from './certificates.ts';
import type { DataDir } from './data-dir.ts';

/** What the command line keeps of a cluster that it created: enough to act as its administrator. */
export interface ClusterCredential {
  name: string;
  /** API endpoint of this cluster. */
  server: string;
  /** PEM; absent where the endpoint's certificate is publicly trusted. */
  ca?: string;
  token: string;
}

export interface Deployment {
  url: string;
  adminToken: string;
  ca?: string;
}

/** What a local server says of itself. */
export interface ServerFile {
  url?: string;
  listen?: string;
  /** Where it serves clients that have certificates. */
  certificatesUrl?: string | undefined;
}

const credentialFile = (name: string) => ['credentials', `${name}.json`] as const;

/** Where the deployment of a data directory answers, or `undefined` before its first start. */
export function localDeployment(dataDir: DataDir): Deployment | undefined {
  const server = dataDir.read('server.json');
  const secrets = dataDir.read('secrets.json');
  if (!server || !secrets) return undefined;
  return {
    url: (JSON.parse(server) as { url: string }).url,
    adminToken: (JSON.parse(secrets) as { adminToken: string }).adminToken,
    ca: readFileSync(dataDir.file(certificateFiles.ca), 'utf8'),
  };
}

export function saveCredential(dataDir: DataDir, name: string, token: string, server?: string): void {
  dataDir.write(
    `${JSON.stringify({ name, token, ...(server ? { server } : {}) }, null, 2)}\n`,
    ...credentialFile(name),
  );
}

export function clusterUrl(base: string, name: string): string {
  return name === 'default' ? base : `${base}/clusters/${name}`;
}

/** The administrator's credential of a cluster, if this data directory has one. */
export function credentialOf(dataDir: DataDir, name: string): ClusterCredential | undefined {
  const stored = dataDir.read(...credentialFile(name));
  if (!stored) return undefined;
  const { token, server } = JSON.parse(stored) as { token: string; server?: string };
  if (server) return { name, token, server: clusterUrl(server, name) };
  const local = localDeployment(dataDir);
  if (!local) return undefined;
  return { name, token, server: clusterUrl(local.url, name), ...(local.ca ? { ca: local.ca } : {}) };
}

/** Where clients of a cluster are served that have certificates. Throws UserError where nothing listens for them. */
export function certificateServer(dataDir: DataDir, { name, server }: ClusterCredential): string {
  const { url, certificatesUrl } = JSON.parse(dataDir.read('server.json') ?? '{}') as ServerFile;
  // A deployment elsewhere takes them where it takes everybody.
  if (clusterUrl(url ?? '', name) !== server) return server;
  if (certificatesUrl) return clusterUrl(certificatesUrl, name);
  throw new UserError('The server takes no certificates: start it with --client-certificates-listen HOST:PORT.');
}

export function requireCredential(dataDir: DataDir, name: string): ClusterCredential {
  const credential = credentialOf(dataDir, name);
  if (credential) return credential;
  throw new UserError(
    `No credential of the cluster "${name}" in ${dataDir.path}: create the cluster with \`fairlead cluster create ${name}\`, or name its data directory with --data-dir.`,
  );
}
