import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../server-process.ts';
import { configurationOf, type Member } from './configuration.ts';
import { crashPostgresql } from './processes.ts';

interface Ids {
  uid?: number;
  gid?: number;
}

/**
 * Members of one Patroni cluster on this machine, with PostgreSQL as Debian packages it. All they write is in one folder,
 * and every process that they start works in it. A guard knows them by that and ends them, also when the tests are killed.
 */
export class PatroniMembers {
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), 'fairlead-patroni-')));
  readonly #ids = unprivileged();
  readonly #guard = spawn(process.execPath, [join(import.meta.dirname, 'guard.ts'), this.#folder], {
    // Ctrl-C at the tests is not for the guard.
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  readonly #patronis = new Map<string, ChildProcess>();
  readonly #output = new Map<string, string>();

  /** `kubeconfig`: the text of one with a single context. */
  constructor(kubeconfig: string) {
    const { uid, gid } = this.#ids;
    if (uid !== undefined && gid !== undefined) chownSync(this.#folder, uid, gid);
    writeFileSync(join(this.#folder, 'kubeconfig'), kubeconfig);
  }

  async start(member: Member): Promise<void> {
    const { name } = member;
    const ports = { api: await freePort(), postgresql: await freePort() };
    const file = this.#configuration(name);
    writeFileSync(file, JSON.stringify(configurationOf(member, { folder: this.#folder, ports })));
    const patroni = spawn('/usr/bin/patroni', [file], { ...this.#options(), stdio: ['ignore', 'pipe', 'pipe'] });
    this.#patronis.set(name, patroni);
    for (const stream of [patroni.stdout, patroni.stderr])
      stream.on('data', (words: Buffer) => this.#output.set(name, `${this.#output.get(name) ?? ''}${words}`));
  }

  /** The machine of a member is gone: its Patroni says nothing any more, and its PostgreSQL ends without a checkpoint. */
  crash(name: string): void {
    this.#patronis.get(name)?.kill('SIGKILL');
    crashPostgresql(join(this.#folder, name));
  }

  /** What `patronictl` says, with the configuration of that member. */
  async ctl(name: string, args: readonly string[]): Promise<string> {
    const all = ['-c', this.#configuration(name), ...args];
    return (await promisify(execFile)('/usr/bin/patronictl', all, { ...this.#options(), timeout: 30_000 })).stdout;
  }

  /** The last words of each, for whoever has to understand a failure. */
  lastWords(): string {
    const words = (output: string) => output.split('\n').slice(-25).join('\n');
    return [...this.#output].map(([name, output]) => `== ${name}\n${words(output)}`).join('\n');
  }

  /** Ends every process and removes every file. */
  async end(): Promise<void> {
    const ended = once(this.#guard, 'exit');
    this.#guard.stdin.end();
    const [code] = await ended;
    if (code !== 0) throw new Error(`the guard of ${this.#folder} has ended with ${code}`);
  }

  #configuration(name: string): string {
    return join(this.#folder, `${name}.yml`);
  }

  #options() {
    const env = {
      PATH: '/usr/bin:/bin',
      LANG: 'C.UTF-8',
      HOME: this.#folder,
      TMPDIR: this.#folder,
      KUBECONFIG: join(this.#folder, 'kubeconfig'),
    };
    return { cwd: this.#folder, env, ...this.#ids };
  }
}

/** PostgreSQL does not run as root: its packages have a user for it. */
function unprivileged(): Ids {
  if (process.getuid?.() !== 0) return {};
  const id = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
