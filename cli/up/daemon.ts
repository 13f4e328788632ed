import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { DataDir } from '../server/data-dir.ts';

/** A process that outlives the command that started it, known by its pid file in the data directory. */
export interface Daemon {
  name: string;
  command: string;
  args: string[];
  /** Added to the environment: the place for what others on the machine must not see in a process list. */
  env?: Record<string, string>;
  /** A text in its command line that no other process has: a reused pid is not mistaken for it. */
  mark: string;
}

const pidFile = (name: string) => ['run', `${name}.pid`] as const;
const pollMs = 25;

export function logFile(dataDir: DataDir, name: string): string {
  return dataDir.file('logs', `${name}.log`);
}

function commandLine(pid: number): string {
  const path = `/proc/${pid}/cmdline`;
  return existsSync(path) ? readFileSync(path, 'utf8').replaceAll('\0', ' ') : '';
}

/** Its pid while it runs. */
export function runningPid(dataDir: DataDir, daemon: Pick<Daemon, 'name' | 'mark'>): number | undefined {
  const pid = Number(dataDir.read(...pidFile(daemon.name)) ?? 0);
  return pid > 0 && commandLine(pid).includes(daemon.mark) ? pid : undefined;
}

/** Starts the process unless it runs already. Returns true if it was started. */
export function startDaemon(dataDir: DataDir, daemon: Daemon): boolean {
  if (runningPid(dataDir, daemon) !== undefined) return false;
  mkdirSync(dataDir.file('logs'), { recursive: true, mode: 0o700 });
  const log = openSync(logFile(dataDir, daemon.name), 'a', 0o600);
  const child = spawn(daemon.command, daemon.args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...daemon.env },
  });
  child.unref();
  if (child.pid) dataDir.write(String(child.pid), ...pidFile(daemon.name));
  return true;
}

/** Asks the process to end, and ends it after `graceMs`. Returns true if there was one. */
export async function stopDaemon(
  dataDir: DataDir,
  daemon: Pick<Daemon, 'name' | 'mark'>,
  graceMs: number,
): Promise<boolean> {
  const pid = runningPid(dataDir, daemon);
  if (pid !== undefined) {
    process.kill(pid, 'SIGTERM');
    const deadline = Date.now() + graceMs;
    while (runningPid(dataDir, daemon) === pid) {
      if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
      await delay(pollMs);
    }
  }
  rmSync(dataDir.file(...pidFile(daemon.name)), { force: true });
  return pid !== undefined;
}

/** Last lines of a daemon's log, for the message that says why it did not come up. */
export function logTail(dataDir: DataDir, name: string, lines = 5): string {
  const file = logFile(dataDir, name);
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : '';
}
