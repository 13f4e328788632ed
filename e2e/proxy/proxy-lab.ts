import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { join } from 'node:path';
import type { Endpoints, Service } from '../../shared/api/object.ts';
import { LineProcess } from '../lab/line-process.ts';
import { NetworkLab } from '../lab/namespaces.ts';
import type { ProbeAnswer, ProbeRequest } from '../lab/probe.ts';

const labFolder = join(import.meta.dirname, '..', 'lab');
export const nodeName = 'here';
export const nodeIP = '192.168.77.1';
export const serverPort = 8080;

/** Pods of the lab by name: two on the node whose proxy is tested, one on its neighbour. */
export const pods = {
  one: { ip: '10.244.1.2', node: nodeName },
  two: { ip: '10.244.1.3', node: nodeName },
  far: { ip: '10.244.2.2', node: 'there' },
} as const;
export type PodName = keyof typeof pods;

export type Client = 'pod one' | 'node' | 'outside';

/**
 * A node with two Pods on its bridge, and a neighbour with one Pod, on one link. Every Pod runs the echo server on
 * `serverPort`; clients sit in Pod `one`, on the node itself and on the neighbour (the outside).
 */
export class ProxyLab {
  readonly #lab: NetworkLab;
  readonly #processes: LineProcess[] = [];
  readonly #clients = new Map<Client, LineProcess>();
  #proxy: LineProcess | undefined;
  readonly #hosts: Record<'node' | 'neighbour' | 'one' | 'two', string>;

  constructor(prefix: string) {
    this.#lab = new NetworkLab(prefix);
    const lab = this.#lab;
    this.#hosts = {
      node: lab.addHost('node'),
      neighbour: lab.addHost('far'),
      one: lab.addHost('p1'),
      two: lab.addHost('p2'),
    };
    const { node, neighbour, one, two } = this.#hosts;
    lab.exec(node, 'sysctl', ['-qw', 'net.ipv4.ip_forward=1']);
    lab.exec(node, 'ip', ['link', 'add', 'fairlead0', 'type', 'bridge']);
    lab.exec(node, 'ip', ['addr', 'add', '10.244.1.1/24', 'dev', 'fairlead0']);
    lab.exec(node, 'ip', ['link', 'set', 'fairlead0', 'up']);
    lab.exec(node, 'ip', ['route', 'add', '10.96.0.0/12', 'dev', 'fairlead0']);
    for (const [name, host] of [
      ['one', one],
      ['two', two],
    ] as const) {
      lab.connect(
        { host, device: 'eth0', address: `${pods[name].ip}/24` },
        { host: node, device: `to-${name}`, bridge: 'fairlead0' },
      );
      lab.exec(host, 'ip', ['route', 'add', 'default', 'via', '10.244.1.1']);
      lab.exec(node, 'bridge', ['link', 'set', 'dev', `to-${name}`, 'hairpin', 'on']);
    }
    lab.connect(
      { host: node, device: 'eth0', address: `${nodeIP}/24` },
      { host: neighbour, device: 'eth0', address: '192.168.77.2/24' },
    );
    lab.exec(neighbour, 'ip', ['addr', 'add', `${pods.far.ip}/32`, 'dev', 'lo']);
    lab.exec(neighbour, 'ip', ['route', 'add', '10.244.1.0/24', 'via', nodeIP]);
    lab.exec(node, 'ip', ['route', 'add', '10.244.2.0/24', 'via', '192.168.77.2']);
  }

  async start(mode: 'nftables' | 'userspace'): Promise<void> {
    const { node, neighbour, one, two } = this.#hosts;
    for (const [name, host] of Object.entries({ one, two, far: neighbour }) as [PodName, string][]) {
      const server = this.#run(host, join(labFolder, 'echo-server.ts'), [name, pods[name].ip, String(serverPort)]);
      await server.read();
    }
    for (const [client, host] of [
      ['pod one', one],
      ['node', node],
      ['outside', neighbour],
    ] as const) {
      this.#clients.set(client, this.#run(host, join(labFolder, 'probe.ts'), []));
    }
    this.#proxy = this.#run(node, join(import.meta.dirname, 'proxy-host.ts'), [mode, nodeName]);
  }

  #run(host: string, script: string, args: string[]): LineProcess {
    const child = this.#lab.spawn(host, process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    const process_ = new LineProcess(child);
    this.#processes.push(process_);
    return process_;
  }

  /** Starts a program of the caller's on one of the hosts; the caller ends it. */
  spawn(
    host: 'node' | 'neighbour' | 'one' | 'two',
    command: string,
    args: readonly string[],
    options: SpawnOptions = {},
  ): ChildProcess {
    return this.#lab.spawn(this.#hosts[host], command, args, options);
  }

  async update(...served: { service: Service; endpoints: Endpoints }[]): Promise<void> {
    const state = { services: served.map((item) => item.service), endpoints: served.map((item) => item.endpoints) };
    await this.#proxy?.ask(JSON.stringify(state));
  }

  async closeProxy(): Promise<void> {
    await this.#proxy?.ask('close');
  }

  async ask(client: Client, request: ProbeRequest): Promise<ProbeAnswer> {
    return JSON.parse((await this.#clients.get(client)?.ask(JSON.stringify(request))) ?? '{}') as ProbeAnswer;
  }

  /** The kernel's rules of the proxy, as text. */
  rules(): string {
    return this.#lab.exec(this.#hosts.node, 'nft', ['list', 'ruleset']);
  }

  destroy(): void {
    for (const process_ of this.#processes) process_.stop();
    this.#lab.destroy();
  }
}
