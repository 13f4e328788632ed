import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { eventually } from '../../e2e/lab/wait.ts';
import { ProxyLab, pods, serverPort } from '../../e2e/proxy/proxy-lab.ts';
import { labPackages } from '../../scripts/system-packages.ts';
import { type Figure, formatValue } from '../figures.ts';
import type { RoundTrips } from '../lab/round-trips.ts';
import { median } from '../statistics.ts';
import type { Suite, SuiteContext } from '../suite.ts';

type Mode = 'nftables' | 'userspace';

/** Where a client sits, where its backend is, and how each is addressed. */
interface Path {
  id: 'far' | 'near';
  title: string;
  client: 'one' | 'node';
  server: 'neighbour' | 'two';
  /** Address of the backend, and of the Service in front of it. */
  direct: string;
  service: string;
}

const paths: readonly Path[] = [
  {
    id: 'far',
    title: 'from a Pod to a Pod of another node',
    client: 'one',
    server: 'neighbour',
    direct: pods.far.ip,
    service: '10.96.0.50',
  },
  {
    id: 'near',
    title: 'from a node to its Pod',
    client: 'node',
    server: 'two',
    direct: pods.two.ip,
    service: '10.96.0.51',
  },
];

const iperfPort = 5201;
const rounds = 5;

export const proxySuite: Suite = {
  name: 'proxy',
  title: 'Service proxy',
  needs: { ...labPackages, iperf3: 'iperf3' },
  async run(context) {
    const figures: Figure[] = [];
    for (const mode of ['nftables', 'userspace'] as const) figures.push(...(await measureBackend(mode, context)));
    return { figures, remarks };
  },
};

const remarks = [
  `Throughput is one TCP stream of iperf3, the median of ${rounds} runs of a second each, Service and direct address in turn. Latency is one byte to an echo server and back, both in Node, whose own event loops are most of it.`,
];

async function measureBackend(mode: Mode, { cleanup, progress }: SuiteContext): Promise<Figure[]> {
  progress(`${mode}: starting the lab`);
  const lab = new ProxyLab(`x${mode[0]}${process.pid % 1000}`);
  cleanup.defer(() => lab.destroy());
  await lab.start(mode);
  await lab.update(...paths.map(served));
  const figures: Figure[] = [];
  for (const path of paths) {
    progress(`${mode}: throughput ${path.title}`);
    const stopIperf = await startIperf(lab, path);
    figures.push(await throughput(lab, mode, path));
    stopIperf();
    progress(`${mode}: latency ${path.title}`);
    figures.push(...(await latency(lab, mode, path)));
  }
  await lab.closeProxy();
  lab.destroy();
  return figures;
}

/** A Service with one backend: the echo server on port 80, iperf3 on its own. */
function served({ id, direct, service }: Path) {
  const metadata = { name: id, namespace: 'default' };
  const ports = [
    { name: 'echo', port: 80, targetPort: serverPort },
    { name: 'iperf', port: iperfPort, targetPort: iperfPort },
  ];
  const endpointPorts = ports.map(({ name, targetPort }) => ({ name, port: targetPort, protocol: 'TCP' }));
  return {
    service: { metadata, spec: { clusterIP: service, ports: ports.map((port) => ({ ...port, protocol: 'TCP' })) } },
    endpoints: { metadata, subsets: [{ addresses: [{ ip: direct }], ports: endpointPorts }] },
  };
}

async function startIperf(lab: ProxyLab, { server, client, direct }: Path): Promise<() => void> {
  const child = lab.spawn(server, 'iperf3', ['-s', '-B', direct], { stdio: 'ignore' });
  await eventually('iperf3 to listen', () => iperf(lab, client, direct));
  return () => void child.kill('SIGKILL');
}

/** Gbit/s that arrived. Throws when iperf3 fails. */
async function iperf(lab: ProxyLab, client: Path['client'], address: string): Promise<number> {
  const output = await run(lab, client, 'iperf3', ['-c', address, '-t', '1', '-J']);
  const { end, error } = JSON.parse(output) as { end: { sum_received?: { bits_per_second: number } }; error?: string };
  if (!end.sum_received) throw new Error(`iperf3: ${error ?? output}`);
  return end.sum_received.bits_per_second / 1e9;
}

async function run(lab: ProxyLab, host: Path['client'], command: string, args: string[]): Promise<string> {
  const child = lab.spawn(host, command, args, { stdio: ['ignore', 'pipe', 'inherit'], timeout: 30_000 });
  return child.stdout ? text(child.stdout) : '';
}

async function throughput(lab: ProxyLab, mode: Mode, path: Path): Promise<Figure> {
  const [direct, service]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    direct.push(await iperf(lab, path.client, path.direct));
    service.push(await iperf(lab, path.client, path.service));
  }
  return {
    id: `proxy.${mode}.${path.id}.throughput`,
    title: `${mode}: throughput ${path.title}`,
    unit: 'Gbit/s',
    value: median(service),
    floors: [{ name: 'direct', value: median(direct) }],
  };
}

async function latency(lab: ProxyLab, mode: Mode, path: Path): Promise<Figure[]> {
  const script = join(import.meta.dirname, '..', 'lab', 'round-trips.ts');
  const measure = async (address: string, port: number) =>
    JSON.parse(await run(lab, path.client, process.execPath, [script, address, String(port)])) as RoundTrips;
  const direct = await measure(path.direct, serverPort);
  const service = await measure(path.service, 80);
  const figure = (id: string, title: string, p50: keyof RoundTrips, p99: keyof RoundTrips): Figure => ({
    id: `proxy.${mode}.${path.id}.${id}`,
    title: `${mode}: ${title} ${path.title}`,
    unit: 'us',
    value: service[p50],
    detail: `p99 ${formatValue(service[p99], 'us')}`,
    floors: [{ name: 'direct', value: direct[p50], detail: `p99 ${formatValue(direct[p99], 'us')}` }],
  });
  return [
    figure('round-trip', 'round trip', 'p50', 'p99'),
    figure('connect', 'new connection and round trip', 'newConnectionP50', 'newConnectionP99'),
  ];
}
