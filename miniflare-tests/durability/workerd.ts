import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';

/** `workerd serve` with its state in a directory, as the product runs it, to be killed at will. */
export class Workerd {
  readonly #directory: string;
  #process: ChildProcess | undefined;
  url = '';

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Bundles the Worker into the directory and writes the configuration. */
  static async prepare(options: { directory: string; worker: string }): Promise<Workerd> {
    await mkdir(join(options.directory, 'state'), { recursive: true });
    await build({
      entryPoints: [options.worker],
      outfile: join(options.directory, 'worker.js'),
      bundle: true,
      format: 'esm',
      target: 'es2024',
      external: ['cloudflare:*', 'node:*'],
      logLevel: 'error',
    });
    await writeFile(join(options.directory, 'config.capnp'), configuration);
    return new Workerd(options.directory);
  }

  /** Resolves once it listens. */
  async start(): Promise<void> {
    const state = join(this.#directory, 'state');
    const args = ['serve', join(this.#directory, 'config.capnp'), '--control-fd=3', `--directory-path=disk=${state}`];
    const child = spawn(workerdBinary(), args, {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    });
    this.#process = child;
    const events = createInterface({ input: child.stdio[3] as Readable });
    const exited = once(child, 'exit').then(([code]) => {
      throw new Error(`workerd exited with ${code} before it listened`);
    });
    const listening = (async () => {
      for await (const line of events) {
        const event = JSON.parse(line) as { event: string; port?: number };
        if (event.event === 'listen') return event.port;
      }
      throw new Error('workerd closed its control channel');
    })();
    exited.catch(() => undefined);
    this.url = `http://127.0.0.1:${await Promise.race([listening, exited])}`;
  }

  /** SIGKILL: nothing in the process gets to say goodbye. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

function workerdBinary(): string {
  const require = createRequire(import.meta.url);
  return (require('workerd') as { default: string }).default;
}

const configuration = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "disk", disk = (writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "2026-11-01",
  durableObjectNamespaces = [(className = "StoreObject", uniqueKey = "store", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [(name = "STORE", durableObjectNamespace = "StoreObject")],
);
`;
