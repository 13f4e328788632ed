import { type ChildProcess, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Node } from '../../shared/api/object.ts';
import { DockerHost } from '../lab/docker-host.ts';
import { guestbookArchive } from '../lab/guestbook-images.ts';
import { createKubectl, type Kubectl } from '../lab/kubectl.ts';
import { unmountBelow } from '../lab/mounts.ts';
import { NetworkLab } from '../lab/namespaces.ts';
import { eventually } from '../lab/wait.ts';

const root = join(import.meta.dirname, '..', '..');
const launcher = join(root, 'bin', 'fairlead.mjs');

export interface LabNode {
  name: string;
  ip: string;
  /** Network namespace. */
  host: string;
  engine: DockerHost;
  agent: ChildProcess | undefined;
  proxyMode: 'nftables' | 'userspace';
}

export interface ClusterLabOptions {
  prefix: string;
  /** One node for each entry. */
  proxyModes: ('nftables' | 'userspace')[];
  /** Cluster settings that differ from the defaults. */
  settings?: Record<string, unknown>;
}

/**
 * A whole cluster on one machine: a host for the control plane (and for clients), and hosts with a Docker engine and an
 * agent each, all on one switch. Everything is a separate process that a test can kill.
 */
export class ClusterLab {
  readonly lab: NetworkLab;
  readonly folder: string;
  readonly nodes: LabNode[] = [];
  readonly url: string;
  readonly #controlPlane: string;
  readonly #switch: string;
  readonly #options: ClusterLabOptions;
  #server: ChildProcess | undefined;
  #kubectl: Kubectl | undefined;
  #images: Buffer | undefined;

  constructor(options: ClusterLabOptions) {
    this.#options = options;
    this.folder = mkdtempSync(join(tmpdir(), `${options.prefix}-`));
    this.lab = new NetworkLab(options.prefix);
    this.#switch = this.lab.addHost('sw');
    this.lab.exec(this.#switch, 'ip', ['link', 'add', 'br0', 'type', 'bridge']);
    this.lab.exec(this.#switch, 'ip', ['link', 'set', 'br0', 'up']);
    this.#controlPlane = this.#plug('cp', '192.168.90.10');
    this.url = 'https://192.168.90.10:6443';
  }

  #plug(name: string, ip: string): string {
    const host = this.lab.addHost(name);
    this.lab.connect(
      { host, device: 'eth0', address: `${ip}/24` },
      { host: this.#switch, device: name, bridge: 'br0' },
    );
    return host;
  }

  get kubectl(): Kubectl {
    if (!this.#kubectl) throw new Error('the control plane has not been started');
    return this.#kubectl;
  }

  /** Starts everything and waits until all nodes are Ready. */
  async start(): Promise<void> {
    await this.startServer();
    await Promise.all(
      this.#options.proxyModes.map((mode, index) =>
        this.#addNode(`node-${index + 1}`, `192.168.90.${11 + index}`, mode),
      ),
    );
    await this.nodesReady(this.nodes.map((node) => node.name));
  }

  async #addNode(name: string, ip: string, proxyMode: LabNode['proxyMode']): Promise<void> {
    const host = this.#plug(name, ip);
    const engine = new DockerHost(this.lab, host, join(this.folder, name));
    const node: LabNode = { name, ip, host, engine, agent: undefined, proxyMode };
    this.nodes.push(node);
    await engine.ready();
    this.#images ??= guestbookArchive(engine);
    engine.load(this.#images);
    this.startAgent(node, this.fairlead(['token', 'create', '--data-dir', this.#dataDir]).trim());
  }

  get #dataDir(): string {
    return join(this.folder, 'control-plane');
  }

  /** Runs a `fairlead` command on the control plane's host. */
  fairlead(args: readonly string[]): string {
    return this.lab.exec(this.#controlPlane, process.execPath, [launcher, ...args]);
  }

  async startServer(): Promise<void> {
    const args = [launcher, 'server', '--listen', '192.168.90.10:6443', '--data-dir', this.#dataDir];
    if (this.#options.settings) args.push('--settings', JSON.stringify(this.#options.settings));
    this.#server = this.#spawn(this.#controlPlane, 'server', args);
    const kubeconfig = join(this.folder, 'kubeconfig');
    const text = await eventually('a kubeconfig', () => this.fairlead(['kubeconfig', '--data-dir', this.#dataDir]));
    spawnSync('sh', ['-c', `umask 077; cat > ${kubeconfig}`], { input: text });
    this.#kubectl = createKubectl(kubeconfig, ['nsenter', `--net=/var/run/netns/${this.#controlPlane}`]);
    await eventually('the API server', () => this.kubectl.attempt(['get', '--raw', '/readyz']).code === 0);
  }

  startAgent(node: LabNode, token = 'none'): void {
    const dataDir = join(this.folder, node.name, 'agent');
    const args = [
      launcher,
      'join',
      '--server',
      this.url,
      '--ca-file',
      join(this.#dataDir, 'tls/ca.crt'),
      '--token',
      token,
    ];
    args.push('--node-name', node.name, '--node-ip', node.ip, '--docker-host', node.engine.dockerHost);
    args.push('--data-dir', dataDir, '--proxy-mode', node.proxyMode);
    node.agent = this.#spawn(node.host, `agent-${node.name}`, args);
  }

  #spawn(host: string, name: string, args: string[]): ChildProcess {
    mkdirSync(join(this.folder, 'logs'), { recursive: true });
    // A file of its own, not a pipe through this process: a full pipe would stop the program while a test runs kubectl.
    const log = openSync(join(this.folder, 'logs', `${name}.log`), 'a');
    const child = this.lab.spawn(host, process.execPath, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    return child;
  }

  /** SIGKILL to server and workerd at once. */
  killServer(): void {
    killTree(this.#server);
    this.#server = undefined;
  }

  killAgent(node: LabNode): void {
    killTree(node.agent);
    node.agent = undefined;
  }

  /** Pulls the network cable of a node, or plugs it in again. */
  setCable(node: LabNode, state: 'up' | 'down'): void {
    this.lab.exec(this.#switch, 'ip', ['link', 'set', node.name, state]);
  }

  async nodesReady(names: string[], timeoutMs = 60_000): Promise<void> {
    await eventually(
      `${names.join(', ')} to be Ready`,
      () => names.every((name) => this.readiness(name) === 'True'),
      timeoutMs,
    );
  }

  readiness(nodeName: string): string | undefined {
    const node = this.kubectl.json<Node>(['get', 'node', nodeName]);
    return node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
  }

  /** Runs a command on a node's machine. */
  on(node: LabNode, command: string, args: readonly string[]): string {
    return this.lab.exec(node.host, command, args);
  }

  /** An HTTP request from the control plane's host, with its answer's body. Throws when it fails. */
  http(url: string, options: readonly string[] = []): string {
    return this.lab.exec(this.#controlPlane, process.execPath, [
      join(import.meta.dirname, '..', 'lab', 'http-get.ts'),
      url,
      ...options,
    ]);
  }

  /** A client on the control plane's host that asks `url` again and again. */
  steadyClient(url: string): SteadyClient {
    const script = join(import.meta.dirname, '..', 'lab', 'steady-client.ts');
    return new SteadyClient(this.lab.spawn(this.#controlPlane, process.execPath, [script, url]));
  }

  async destroy(): Promise<void> {
    for (const node of this.nodes) killTree(node.agent);
    killTree(this.#server);
    await Promise.all(this.nodes.map((node) => node.engine.destroy()));
    this.lab.destroy();
    unmountBelow(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Counts how a client's requests went. */
export class SteadyClient {
  readonly #child: ChildProcess;
  readonly #outcomes: string[] = [];

  constructor(child: ChildProcess) {
    this.#child = child;
    if (child.stdout)
      createInterface({ input: child.stdout }).on('line', (line) => this.#outcomes.push(line.split(' ')[0] as string));
  }

  count(outcome: 'ok' | 'fail'): number {
    return this.#outcomes.filter((item) => item === outcome).length;
  }

  /** How many of the last requests went well, without one between them that did not. */
  streak(): number {
    const failure = this.#outcomes.lastIndexOf('fail');
    return this.#outcomes.length - failure - 1;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

/** `nsenter` becomes the program itself, so the child is the program; its own children go first. */
function killTree(child: ChildProcess | undefined): void {
  if (!child?.pid || child.exitCode !== null) return;
  spawnSync('pkill', ['-KILL', '-P', String(child.pid)]);
  child.kill('SIGKILL');
}
