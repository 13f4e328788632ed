import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../../../e2e/lab/wait.ts';
import { freePort } from '../server-process.ts';
import { configurationOf, type Member } from './configuration.ts';

interface Ids {
  uid?: number;
  gid?: number;
}

/**
 * Members of one Patroni cluster on this machine, with PostgreSQL as Debian packages it. All they write is in one folder,
 * and every process that they start works in it: that is how `end` finds them all.
 */
export class PatroniMembers {
  readonly #folder = mkdtempSync(join(tmpdir(), 'fairlead-patroni-'));
  readonly #ids = unprivileged();
  readonly #patronis = new Map<string, ChildProcess>();

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
      stream.on('data', (words: Buffer) => writeFileSync(this.#log(name), words, { flag: 'a' }));
  }

  /** The machine of a member is gone: its Patroni says nothing any more, and its PostgreSQL ends without a checkpoint. */
  crash(name: string): void {
    this.#patronis.get(name)?.kill('SIGKILL');
    // An immediate shutdown: like a crash for the data, but the kernel gets its shared memory back.
    for (const pid of processesIn(join(this.#folder, name))) signal(pid, 'SIGQUIT');
  }

  /** What `patronictl` says, with the configuration of that member. */
  async ctl(name: string, args: readonly string[]): Promise<string> {
    const all = ['-c', this.#configuration(name), ...args];
    return (await promisify(execFile)('/usr/bin/patronictl', all, { ...this.#options(), timeout: 30_000 })).stdout;
  }

  /** The last words of each, for whoever has to understand a failure. */
  lastWords(): string {
    const words = (name: string) => readFileSync(this.#log(name), 'utf8').split('\n').slice(-25).join('\n');
    return [...this.#patronis.keys()].map((name) => `== ${name}\n${words(name)}`).join('\n');
  }

  /** Ends every process and removes every file. */
  async end(): Promise<void> {
    for (const patroni of this.#patronis.values()) patroni.kill('SIGKILL');
    const signalAll = (name: NodeJS.Signals) => {
      const pids = processesIn(this.#folder);
      for (const pid of pids) signal(pid, name);
      return pids.length === 0;
    };
    // PostgreSQL ends at once and gives its shared memory back; what does not listen is killed.
    await eventually('PostgreSQL ends', () => signalAll('SIGQUIT'), 5_000).catch(() =>
      eventually('the processes end', () => signalAll('SIGKILL'), 5_000),
    );
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #configuration(name: string): string {
    return join(this.#folder, `${name}.yml`);
  }

  #log(name: string): string {
    return join(this.#folder, `${name}.log`);
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

/** The processes whose working directory is the folder or one in it. */
function processesIn(folder: string): number[] {
  const worksThere = (pid: string) => {
    try {
      return `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${folder}/`);
    } catch {
      // It has ended since, or is somebody else's.
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && worksThere(entry))
    .map(Number);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
