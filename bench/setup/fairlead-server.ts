import { execFileSync } from 'node:child_process';
import { get } from 'node:https';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Kubeconfig } from '../../cli/kubeconfig.ts';
import { freePort } from './free-port.ts';
import { type Server, ServerProcess } from './server.ts';

export const launcher = join(import.meta.dirname, '..', '..', 'bin', 'fairlead.mjs');

export interface FairleadServer extends Server {
  token: string;
  /** Ms from starting the process to its first answer. */
  startMs: number;
}

/** `fairlead server` on a data directory, as a user starts it. */
export async function startFairlead(dataDir: string, args: readonly string[] = []): Promise<FairleadServer> {
  const port = await freePort();
  const startedAt = performance.now();
  const command = [launcher, 'server', '--listen', `127.0.0.1:${port}`, '--data-dir', dataDir, ...args];
  const child = new ServerProcess(process.execPath, command);
  try {
    await child.ready(() => isHealthy(port));
    const startMs = performance.now() - startedAt;
    let credentials: Credentials | undefined;
    await child.ready(async () => {
      credentials = readCredentials(dataDir);
      return true;
    });
    const { ca, token } = credentials as Credentials;
    const headers = { authorization: `Bearer ${token}` };
    return { host: '127.0.0.1', port, ca, headers, token, startMs, pid: child.pid, stop: () => child.stop() };
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/**
 * Whether the cluster `default` exists and answers. Before its first start a server has no certificate that could be
 * trusted; nothing secret is sent here.
 */
function isHealthy(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const call = get({ host: '127.0.0.1', port, path: '/readyz', agent: false, rejectUnauthorized: false });
    call.once('error', reject);
    call.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
  });
}

interface Credentials {
  ca: string;
  token: string;
}

/** What `fairlead kubeconfig` gives to anybody who may read the data directory. */
function readCredentials(dataDir: string): Credentials {
  const command = [launcher, 'kubeconfig', '--data-dir', dataDir];
  const config = parse(execFileSync(process.execPath, command, { encoding: 'utf8', stdio: 'pipe' })) as Kubeconfig;
  const cluster = config.clusters[0]?.cluster as { 'certificate-authority-data': string };
  const user = config.users[0]?.user as { token: string };
  return { ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString(), token: user.token };
}
