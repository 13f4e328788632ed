import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { UserError } from './report.ts';
import type { ClusterCredential } from './server/credentials.ts';
import type { UserCertificate } from './server/user-certificate.ts';

interface Named {
  name: string;
  [field: string]: unknown;
}

export interface Kubeconfig {
  apiVersion: 'v1';
  kind: 'Config';
  clusters: Named[];
  users: Named[];
  contexts: Named[];
  'current-context'?: string;
  [field: string]: unknown;
}

const contextName = (cluster: string) => (cluster === 'default' ? 'fairlead' : `fairlead-${cluster}`);

/** A kubeconfig with one context, for the administrator of a cluster. */
export function kubeconfigFor(credential: ClusterCredential): Kubeconfig {
  return withOneContext(contextName(credential.name), credential, { token: credential.token });
}

/** A kubeconfig with one context, for a user of a cluster who has a certificate. */
export function kubeconfigForUser(
  cluster: Omit<ClusterCredential, 'token'>,
  { user, certificate, key }: UserCertificate & { user: string },
): Kubeconfig {
  return withOneContext(`${contextName(cluster.name)}-${user}`, cluster, {
    'client-certificate-data': base64(certificate),
    'client-key-data': base64(key),
  });
}

function withOneContext(name: string, { server, ca }: Omit<ClusterCredential, 'token'>, user: object): Kubeconfig {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server,
          ...(ca ? { 'certificate-authority-data': base64(ca) } : {}),
        },
      },
    ],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** Adds what `added` holds to `existing`, replacing entries of the same name and keeping all else. */
export function mergeKubeconfigs(existing: Kubeconfig, added: Kubeconfig): Kubeconfig {
  const combine = (before: Named[] | null | undefined, items: Named[]) => {
    const replaced = new Set(items.map((item) => item.name));
    return [...(before ?? []).filter((item) => !replaced.has(item.name)), ...items];
  };
  return {
    ...existing,
    clusters: combine(existing.clusters, added.clusters),
    users: combine(existing.users, added.users),
    contexts: combine(existing.contexts, added.contexts),
    'current-context': added['current-context'],
  };
}

/** The file that `kubectl config` would write to. */
export function userKubeconfigPath(): string {
  const first = process.env.KUBECONFIG?.split(delimiter).find((path) => path !== '');
  return first ?? join(homedir(), '.kube', 'config');
}

/** Merges into the user's own kubeconfig and returns its path. A file that cannot be parsed is left as it is. */
export function mergeIntoUserKubeconfig(added: Kubeconfig, path = userKubeconfigPath()): string {
  let existing: Kubeconfig = { apiVersion: 'v1', kind: 'Config', clusters: [], users: [], contexts: [] };
  if (existsSync(path)) {
    try {
      existing = { ...existing, ...(parse(readFileSync(path, 'utf8')) as Kubeconfig | null) };
    } catch (cause) {
      throw new UserError(
        `${path} is no valid YAML, so nothing was merged into it: repair it, or set KUBECONFIG to another file.`,
        { cause },
      );
    }
  }
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.fairlead`;
  writeFileSync(draft, stringify(mergeKubeconfigs(existing, added)), { mode: 0o600 });
  renameSync(draft, path);
  return path;
}
