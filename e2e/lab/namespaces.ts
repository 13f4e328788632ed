import { execFileSync, type SpawnOptions, spawn } from 'node:child_process';

/** Hosts on one machine: network namespaces, joined by virtual cables. Needs root; everything goes with `destroy`. */
export class NetworkLab {
  readonly #prefix: string;
  readonly #namespaces: string[] = [];

  /** `prefix` keeps labs apart that run at the same time; at most 6 characters. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Adds a host with a loopback interface and returns its name. */
  addHost(name: string): string {
    const host = `${this.#prefix}-${name}`;
    // A namespace of an earlier, interrupted run.
    run('sh', ['-c', `ip netns del ${host} 2>/dev/null || true`]);
    run('ip', ['netns', 'add', host]);
    this.#namespaces.push(host);
    this.exec(host, 'ip', ['link', 'set', 'lo', 'up']);
    return host;
  }

  /** A cable between two hosts. The ends get their addresses (`10.0.0.1/24`), or join a bridge of their host. */
  connect(a: CableEnd, b: CableEnd): void {
    const [left, right] = [`${a.device}`, `${b.device}`];
    const temporary = `fl${process.pid % 10_000}${this.#namespaces.length}`;
    run('ip', ['link', 'add', `${temporary}a`, 'type', 'veth', 'peer', 'name', `${temporary}b`]);
    for (const [end, device, name] of [
      [a, `${temporary}a`, left],
      [b, `${temporary}b`, right],
    ] as const) {
      run('ip', ['link', 'set', device, 'netns', end.host, 'name', name]);
      if (end.address) this.exec(end.host, 'ip', ['addr', 'add', end.address, 'dev', name]);
      if (end.bridge) this.exec(end.host, 'ip', ['link', 'set', name, 'master', end.bridge]);
      this.exec(end.host, 'ip', ['link', 'set', name, 'up']);
    }
  }

  exec(host: string, command: string, args: readonly string[]): string {
    return run('nsenter', [`--net=/var/run/netns/${host}`, command, ...args]);
  }

  spawn(host: string, command: string, args: readonly string[], options: SpawnOptions = {}) {
    return spawn('nsenter', [`--net=/var/run/netns/${host}`, command, ...args], options);
  }

  destroy(): void {
    for (const host of this.#namespaces.splice(0)) run('ip', ['netns', 'del', host]);
  }
}

export interface CableEnd {
  host: string;
  /** Name of the interface in the host. */
  device: string;
  address?: string;
  bridge?: string;
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
