import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container, Pod } from '../../shared/api/object.ts';
import type { Mount } from '../runtime/container-runtime.ts';
import { hostnameOf } from './container-config.ts';

export interface PodFilesDeps {
  podsDir: string;
  /** The machine's own `/etc/hosts` and resolver configuration; other paths in tests. */
  hostsFile?: string;
  resolverFiles?: string[];
  /** Search domains and name servers of the cluster's DNS; the machine's when absent. */
  clusterDNS?: { nameservers: string[]; domain: string };
}

const terminationMessageLimit = 4096;
/** systemd's stub resolver listens on the machine's loopback only; the second file names the real servers. */
const defaultResolverFiles = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];

export interface PodFiles {
  /** `/etc/hosts`, `/etc/resolv.conf` and the termination log of one attempt of a container, as mounts. */
  mounts(input: { pod: Pod; container: Container; attempt: number; podIP: string }): Promise<Mount[]>;
  /** What a container wrote to its termination log; empty when nothing. */
  terminationMessage(input: { uid: string; container: string; attempt: number }): Promise<string>;
}

/** The files that the kubelet keeps beside a Pod's volumes. */
export function createPodFiles(deps: PodFilesDeps): PodFiles {
  const { podsDir, hostsFile = '/etc/hosts', resolverFiles = defaultResolverFiles } = deps;

  const logPath = (uid: string, container: string, attempt: number) =>
    join(podsDir, uid, 'containers', container, `termination-log.${attempt}`);

  async function write(uid: string, name: string, content: string): Promise<string> {
    const path = join(podsDir, uid, name);
    await mkdir(join(podsDir, uid), { recursive: true, mode: 0o750 });
    // In place: the file is mounted into containers that run already.
    await writeFile(path, content, { mode: 0o644 });
    return path;
  }

  async function createTerminationLog(uid: string, container: string, attempt: number): Promise<string> {
    const path = logPath(uid, container, attempt);
    await mkdir(join(podsDir, uid, 'containers', container), { recursive: true, mode: 0o750 });
    const file = await open(path, 'a', 0o666);
    await file.chmod(0o666);
    await file.close();
    return path;
  }

  return {
    async mounts({ pod, container, attempt, podIP }) {
      const uid = pod.metadata.uid ?? '';
      const taken = new Set((container.volumeMounts ?? []).map(({ mountPath }) => mountPath));
      const files: [string, () => Promise<string>][] = [
        ['/etc/hosts', async () => write(uid, 'etc-hosts', await hostsOf(pod, { podIP, hostsFile }))],
        ['/etc/resolv.conf', async () => write(uid, 'resolv.conf', await resolverOf(pod, { ...deps, resolverFiles }))],
        [
          container.terminationMessagePath ?? '/dev/termination-log',
          () => createTerminationLog(uid, container.name, attempt),
        ],
      ];
      const mounts: Mount[] = [];
      for (const [containerPath, make] of files) {
        if (!taken.has(containerPath)) mounts.push({ hostPath: await make(), containerPath, readOnly: false });
      }
      return mounts;
    },
    async terminationMessage({ uid, container, attempt }) {
      const text = await readFile(logPath(uid, container, attempt)).catch(ifMissing);
      return text?.subarray(-terminationMessageLimit).toString() ?? '';
    },
  };
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

async function hostsOf(pod: Pod, { podIP, hostsFile }: { podIP: string; hostsFile: string }): Promise<string> {
  const { hostNetwork, hostAliases = [], subdomain } = pod.spec ?? {};
  const lines: string[] = [];
  if (hostNetwork) {
    lines.push(
      '# Kubernetes-managed hosts file (host network).',
      ((await readFile(hostsFile, 'utf8').catch(ifMissing)) ?? '').trimEnd(),
    );
  } else {
    const hostname = hostnameOf(pod);
    const names = subdomain
      ? `${hostname}.${subdomain}.${pod.metadata.namespace}.svc.cluster.local\t${hostname}`
      : hostname;
    lines.push(
      '# Kubernetes-managed hosts file.',
      '127.0.0.1\tlocalhost',
      '::1\tlocalhost ip6-localhost ip6-loopback',
      'fe00::0\tip6-localnet',
      'fe00::0\tip6-mcastprefix',
      'fe00::1\tip6-allnodes',
      'fe00::2\tip6-allrouters',
      `${podIP}\t${names}`,
    );
  }
  if (hostAliases.length > 0) {
    lines.push('', '# Entries added by HostAliases.');
    for (const { ip, hostnames = [] } of hostAliases) lines.push([ip, ...hostnames].join('\t'));
  }
  return `${lines.join('\n')}\n`;
}

interface Resolver {
  nameservers: string[];
  searches: string[];
  options: string[];
}

/** `dnsPolicy` and `dnsConfig`. Without a DNS of the cluster, ClusterFirst means the machine's, as for the kubelet. */
async function resolverOf(
  pod: Pod,
  { clusterDNS, resolverFiles }: PodFilesDeps & { resolverFiles: string[] },
): Promise<string> {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork } = pod.spec ?? {};
  const resolver =
    dnsPolicy === 'None' ? { nameservers: [], searches: [], options: [] } : await machineResolver(resolverFiles);
  const isCluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork);
  if (isCluster && clusterDNS) {
    const { domain, nameservers } = clusterDNS;
    resolver.nameservers = nameservers;
    resolver.searches = [`${pod.metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain, ...resolver.searches];
    resolver.options = ['ndots:5'];
  }
  const extra = (dnsConfig?.options ?? []).map(({ name, value }) => (value ? `${name}:${value}` : (name ?? '')));
  const nameservers = [...new Set([...resolver.nameservers, ...(dnsConfig?.nameservers ?? [])])].slice(0, 3);
  const searches = [...new Set([...resolver.searches, ...(dnsConfig?.searches ?? [])])];
  const options = [...resolver.options, ...extra];
  const lines = [
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...nameservers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

async function machineResolver(files: string[]): Promise<Resolver> {
  let resolver: Resolver = { nameservers: [], searches: [], options: [] };
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(ifMissing);
    if (text === undefined) continue;
    resolver = parseResolver(text);
    if (!resolver.nameservers.every((server) => server.startsWith('127.') || server === '::1')) break;
  }
  return resolver;
}

function parseResolver(text: string): Resolver {
  const resolver: Resolver = { nameservers: [], searches: [], options: [] };
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'nameserver') resolver.nameservers.push(...values.slice(0, 1));
    if (keyword === 'search' || keyword === 'domain') resolver.searches = values;
    if (keyword === 'options') resolver.options.push(...values);
  }
  return resolver;
}
