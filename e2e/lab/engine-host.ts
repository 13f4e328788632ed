import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBusyboxImage } from '../docker-image.ts';
import { DockerHost } from './docker-host.ts';
import { NetworkLab } from './namespaces.ts';

const podNetwork = 'pods';

/**
 * A host of its own with a Docker engine, on a cable to this machine: an agent in the test's own process works with the
 * engine, and reaches the host and its Pods. Needs root; everything goes with `destroy`.
 */
export class EngineHost {
  /** The host's address. */
  readonly address: string;
  /** The engine's network for Pods, and its range. */
  readonly network = podNetwork;
  readonly podCIDR: string;
  readonly folder: string;
  readonly #lab: NetworkLab;
  readonly #engine: DockerHost;
  readonly #device: string;
  readonly #host: string;

  private constructor() {
    // Runs beside each other on one machine keep to ranges of their own.
    const number = process.pid % 250;
    const prefix = `fe${process.pid % 10_000}`;
    this.#lab = new NetworkLab(prefix);
    this.#host = this.#lab.addHost('e');
    this.#device = `${prefix}-up`;
    this.address = `10.252.${number}.2`;
    this.podCIDR = `10.251.${number}.0/24`;
    this.folder = mkdtempSync(join(tmpdir(), 'fairlead-engine-'));
    this.#plug(`10.252.${number}.1`);
    this.#engine = new DockerHost(this.#lab, this.#host, this.folder);
  }

  /** Resolves when the engine answers, has the test image and the network for Pods. */
  static async start(): Promise<EngineHost> {
    const host = new EngineHost();
    await host.#engine.ready();
    const { podCIDR } = host;
    host.docker(['network', 'create', '--subnet', podCIDR, '-o', 'com.docker.network.bridge.name=pods0', podNetwork]);
    host.exec('iptables', ['-w', '-I', 'DOCKER-USER', '-j', 'ACCEPT']);
    execFileSync('ip', ['route', 'replace', podCIDR, 'via', host.address]);
    buildBusyboxImage(host.dockerHost);
    return host;
  }

  get dockerHost(): string {
    return this.#engine.dockerHost;
  }

  docker(args: readonly string[]): string {
    const { status, stdout, stderr } = this.#engine.docker(args);
    if (status !== 0) throw new Error(stderr.toString());
    return stdout.toString();
  }

  exec(command: string, args: readonly string[]): string {
    return this.#lab.exec(this.#host, command, args);
  }

  #plug(ownAddress: string): void {
    const [outer, inner] = [this.#device, 'eth0'];
    execFileSync('ip', ['link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', this.#host]);
    execFileSync('ip', ['addr', 'add', `${ownAddress}/30`, 'dev', outer]);
    execFileSync('ip', ['link', 'set', outer, 'up']);
    this.exec('ip', ['addr', 'add', `${this.address}/30`, 'dev', inner]);
    this.exec('ip', ['link', 'set', inner, 'up']);
  }

  /** The cable, and with it the route to the Pods, goes with its other end. */
  async destroy(): Promise<void> {
    await this.#engine.destroy();
    this.#lab.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
