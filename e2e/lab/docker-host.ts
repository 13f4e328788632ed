import { type ChildProcess, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unmountBelow } from './mounts.ts';
import type { NetworkLab } from './namespaces.ts';

const readyTimeoutMs = 60_000;

/** A Docker engine of its own in a host of the lab. */
export class DockerHost {
  readonly host: string;
  readonly #folder: string;
  readonly #child: ChildProcess;

  constructor(lab: NetworkLab, host: string, folder: string) {
    this.host = host;
    this.#folder = join(folder, 'docker');
    mkdirSync(this.#folder, { recursive: true });
    const file = (name: string) => join(this.#folder, name);
    // A file of its own, not a pipe through this process: the engine would stand still while this one is in a command.
    const log = openSync(file('log'), 'a');
    // `nsenter`, not `ip netns exec`: that one hides the control groups.
    this.#child = lab.spawn(
      host,
      'dockerd',
      ['--data-root', file('data'), '--exec-root', file('exec'), '-H', this.dockerHost, '-p', file('pid')],
      { stdio: ['ignore', log, log] },
    );
    closeSync(log);
  }

  get dockerHost(): string {
    return `unix://${join(this.#folder, 'docker.sock')}`;
  }

  async ready(): Promise<void> {
    const deadline = Date.now() + readyTimeoutMs;
    while (this.docker(['version']).status !== 0) {
      if (Date.now() > deadline || this.#child.exitCode !== null)
        throw new Error(`dockerd did not start, see ${this.#folder}/log`);
      await delay(100);
    }
  }

  docker(args: readonly string[], input?: Buffer) {
    return spawnSync('docker', ['-H', this.dockerHost, ...args], { input, maxBuffer: 1 << 30 });
  }

  /** Loads an archive of images. */
  load(archive: Buffer): void {
    const loaded = this.docker(['load', '-q'], archive);
    if (loaded.status !== 0) throw new Error(loaded.stderr.toString());
  }

  /** Ends the engine with everything it runs, as a power failure does. */
  async kill(): Promise<void> {
    const ids = this.docker(['ps', '-q']).stdout.toString().split('\n').filter(Boolean);
    if (ids.length > 0) this.docker(['kill', ...ids]);
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }

  async destroy(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
    unmountBelow(this.#folder);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
