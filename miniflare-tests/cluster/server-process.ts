import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterCredential, credentialOf } from '../../cli/server/credentials.ts';
import { DataDir } from '../../cli/server/data-dir.ts';
import { packageRoot } from '../../cli/server/package-root.ts';
import { createSender } from './clients.ts';
import { eventually } from './waits.ts';

/** `fairlead server` as a process of its own, on a temporary data directory and a free port. */
export class ServerProcess {
  readonly #dataDir = new DataDir(mkdtempSync(join(tmpdir(), 'fairlead-server-')));
  readonly #port: number;
  #supervisor: ChildProcess | undefined;
  readonly #output: string[] = [];

  private constructor(port: number) {
    this.#port = port;
  }

  static async create(): Promise<ServerProcess> {
    return new ServerProcess(await freePort());
  }

  get dataDir(): string {
    return this.#dataDir.path;
  }

  /** The administrator's credential of the cluster `default`. */
  get credential(): ClusterCredential {
    const credential = credentialOf(this.#dataDir, 'default');
    if (!credential) throw new Error(`the server has no cluster yet: ${this.#output.join('')}`);
    return credential;
  }

  get workerdPid(): number {
    return Number(this.#dataDir.read('workerd.pid'));
  }

  /** `more`: further arguments. */
  start(more: readonly string[] = []): void {
    const args = ['server', '--data-dir', this.#dataDir.path, '--listen', `127.0.0.1:${this.#port}`, ...more];
    this.#supervisor = spawn(process.execPath, [join(packageRoot(), 'bin/fairlead.mjs'), ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#supervisor.stderr?.on('data', (chunk: Buffer) => this.#output.push(chunk.toString()));
  }

  /** Resolves once it answers an authenticated request. */
  async untilReady(): Promise<void> {
    await eventually('the server answers', async () => {
      const { server: url, ca, token } = this.credential;
      return (await createSender({ url, ca: ca ?? '', token })('/api/v1/namespaces')).status === 200;
    });
  }

  /** SIGKILL of workerd alone: the supervisor starts it again. */
  killWorkerd(): void {
    process.kill(this.workerdPid, 'SIGKILL');
  }

  /** SIGKILL of the supervisor, which leaves an orphaned workerd behind. */
  async killSupervisor(): Promise<void> {
    const child = this.#supervisor;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** As an operator would stop it; resolves with the exit code. */
  async stop(): Promise<number | null> {
    const child = this.#supervisor;
    if (!child) return null;
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  /** Whatever state it is in: nothing of it stays. */
  async discard(): Promise<void> {
    await this.killSupervisor();
    try {
      if (this.workerdPid) process.kill(this.workerdPid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    rmSync(this.#dataDir.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
