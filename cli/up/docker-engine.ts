import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../report.ts';
import type { DataDir } from '../server/data-dir.ts';
import { type Daemon, logTail, startDaemon } from './daemon.ts';

const standardSocket = '/var/run/docker.sock';
const readyTimeoutMs = 60_000;

/** Our own engine, where neither the machine nor systemd runs one. */
export const engineDaemon: Daemon = {
  name: 'dockerd',
  command: 'dockerd',
  args: ['-H', `unix://${standardSocket}`],
  mark: 'dockerd',
};

/** `unix:///path` of the engine that this machine's Docker clients would use. */
export function defaultDockerHost(): string {
  return process.env.DOCKER_HOST ?? `unix://${standardSocket}`;
}

/** True when an engine answers at `dockerHost`. */
export function engineAnswers(dockerHost: string): Promise<boolean> {
  const target = dockerHost.startsWith('unix://')
    ? { socketPath: dockerHost.slice('unix://'.length) }
    : { host: new URL(dockerHost).hostname, port: new URL(dockerHost).port };
  return new Promise((resolve) => {
    const ping = request({ ...target, path: '/_ping', timeout: 3_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.once('timeout', () => ping.destroy());
    ping.once('error', () => resolve(false));
    ping.end();
  });
}

/** True when a program of this name is on the PATH. */
export function hasCommand(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}

function isDebianFamily(): boolean {
  if (!existsSync('/etc/os-release')) return false;
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
}

const packageOf: Record<string, string> = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  nft: 'nftables',
  ip: 'iproute2',
  conntrack: 'conntrack',
};

function missingPackages(): string[] {
  const missing = Object.entries(packageOf).filter(([command]) => !hasCommand(command));
  return [...new Set(missing.map(([, name]) => name))];
}

function apt(args: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const result = spawnSync('apt-get', args, { env, encoding: 'utf8' });
  if (result.status !== 0) {
    throw new UserError(
      `apt-get ${args.join(' ')} failed, install docker.io and nftables yourself and run this again:\n${result.stderr.trim()}`,
    );
  }
}

function installPackages(packages: string[]): void {
  apt(['update', '-qq']);
  apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
}

/** Says at once, before anything is changed, what a machine lacks that we cannot provide. */
export async function checkMachine(dockerHost: string): Promise<void> {
  if (process.platform !== 'linux') {
    throw new UserError('Nodes run on Linux: use a Linux machine, or `fairlead server` alone on this one.');
  }
  if (await engineAnswers(dockerHost)) return;
  const root = process.getuid?.() === 0;
  if (root && (isDebianFamily() || missingPackages().length === 0)) return;
  throw new UserError(
    `No Docker engine answers at ${dockerHost}: install and start Docker (on Debian or Ubuntu: \`apt-get install docker.io nftables\`) and give this user access to it, or run this as root on Debian or Ubuntu.`,
  );
}

/** Makes sure that an engine answers: uses the one that is there, else installs Docker and starts it. */
export async function ensureEngine(
  dockerHost: string,
  dataDir: DataDir,
  remark: (text: string) => void,
): Promise<void> {
  const root = process.getuid?.() === 0;
  if (root && isDebianFamily()) {
    const missing = missingPackages();
    if (missing.length > 0) {
      remark(`installing ${missing.join(', ')}`);
      installPackages(missing);
    }
  }
  if (await engineAnswers(dockerHost)) {
    remark(dockerHost);
    return;
  }
  if (existsSync('/run/systemd/system')) spawnSync('systemctl', ['start', 'docker']);
  else startDaemon(dataDir, engineDaemon);
  const deadline = Date.now() + readyTimeoutMs;
  while (!(await engineAnswers(dockerHost))) {
    if (Date.now() > deadline) {
      throw new UserError(
        `The Docker engine did not start; its last words were:\n${logTail(dataDir, engineDaemon.name)}`,
      );
    }
    await delay(100);
  }
  remark(`started at ${dockerHost}`);
}
