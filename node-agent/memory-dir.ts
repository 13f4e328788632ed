import { mkdir, readFile } from 'node:fs/promises';
import { type Log, textOf } from './log.ts';
import type { RunCommand } from './network/command.ts';

/**
 * A directory whose content never reaches the disk, for Secrets and `emptyDir` in memory: one tmpfs for all Pods. Without
 * the right to mount, a plain directory that only this user can enter.
 */
export async function prepareMemoryDir(path: string, { run, log }: { run: RunCommand; log: Log }): Promise<void> {
  // Containers that run as another user reach their volume by its mount, never by this path.
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (await isMounted(path)) return;
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'mode=0700,nosuid,nodev', 'fairlead', path]);
  } catch (error) {
    log.warn({ path, error: textOf(error) }, 'Secrets of Pods are kept on the disk: this user may not mount a tmpfs');
  }
}

/** Gives the memory back. No Pod may use it any more. */
export async function releaseMemoryDir(path: string, run: RunCommand): Promise<void> {
  if (await isMounted(path)) await run('umount', [path]);
}

async function isMounted(path: string): Promise<boolean> {
  const mounts = await readFile('/proc/self/mounts', 'utf8').catch(() => '');
  return mounts.split('\n').some((line) => line.split(' ')[1] === path);
}
