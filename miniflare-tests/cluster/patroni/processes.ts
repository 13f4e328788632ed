import { readdirSync, readlinkSync } from 'node:fs';
import { eventually } from '../../../e2e/lab/wait.ts';

/** Processes by their working directory: PostgreSQL's is its data directory, and Patroni's is the folder that holds those. */
function processes(worksIn: (directory: string) => boolean): number[] {
  const chosen = (pid: string) => {
    try {
      return worksIn(readlinkSync(`/proc/${pid}/cwd`));
    } catch {
      // It has ended since, or is somebody else's.
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && chosen(entry))
    .map(Number);
}

function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

const below = (folder: string) => (directory: string) => directory.startsWith(`${folder}/`);

/** PostgreSQL's immediate shutdown: like a crash for the data, but the kernel gets its shared memory back. */
export function crashPostgresql(dataDirectory: string): void {
  signalAll(
    processes((directory) => directory === dataDirectory),
    'SIGQUIT',
  );
}

/** Ends every Patroni and PostgreSQL of the folder; what does not listen is killed. */
export async function endAll(folder: string): Promise<void> {
  signalAll(
    processes((directory) => directory === folder),
    'SIGKILL',
  );
  const gone = (name: NodeJS.Signals) => {
    const left = processes(below(folder));
    signalAll(left, name);
    return left.length === 0;
  };
  await eventually('PostgreSQL ends', () => gone('SIGQUIT'), 5_000).catch(() =>
    eventually('what is left of PostgreSQL ends', () => gone('SIGKILL'), 5_000),
  );
}
