/** What the project's tests and measurements need of the system, as commands or files and the Debian packages that have them. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** By the name of a command, or the absolute path of a file. */
export type PackagesByCommand = Readonly<Record<string, string>>;

/** For real Docker engines in network namespaces. */
export const labPackages: PackagesByCommand = {
  dockerd: 'docker.io',
  docker: 'docker.io',
  nft: 'nftables',
  ip: 'iproute2',
  iptables: 'iptables',
  conntrack: 'conntrack',
  'dpkg-deb': 'dpkg',
  ping: 'iputils-ping',
  pkill: 'procps',
  sysctl: 'procps',
  nsenter: 'util-linux',
  busybox: 'busybox-static',
};

/** The Kubernetes client of Debian's Python. */
export const pythonClient: PackagesByCommand = {
  '/usr/lib/python3/dist-packages/kubernetes/__init__.py': 'python3-kubernetes',
};

/** The Kubernetes client of Debian's Ruby. Its own files have its version in their paths. */
export const rubyClient: PackagesByCommand = { '/var/lib/dpkg/info/ruby-kubeclient.list': 'ruby-kubeclient' };

/** Patroni and the database that it keeps: large, so its test runs where they are installed already. */
export const patroni: PackagesByCommand = {
  '/usr/bin/patroni': 'patroni',
  '/usr/lib/postgresql/15/bin/postgres': 'postgresql-15',
};

function hasCommand(command: string): boolean {
  if (command.startsWith('/')) return existsSync(command);
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}

function aptGet(args: string[]): boolean {
  // Its words belong to whoever reads the progress, not into the results on stdout.
  const stdio: [number, number, number] = [0, 2, 2];
  return spawnSync('apt-get', args, { stdio, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0;
}

/**
 * Installs what is missing, as root on Debian or Ubuntu. Returns a sentence that says what to install where that is not
 * possible, and undefined when everything is there.
 */
export function provideCommands(wanted: PackagesByCommand): string | undefined {
  const missing = Object.keys(wanted).filter((command) => !hasCommand(command));
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((command) => wanted[command] as string))];
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    return `This needs ${packages.join(', ')}, and root: install them and run it as root.`;
  const installed =
    aptGet(['update', '-qq']) && aptGet(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
  return installed ? undefined : `apt-get could not install ${packages.join(', ')}; its own words are above.`;
}
