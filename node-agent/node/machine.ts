import { readFile, statfs } from 'node:fs/promises';
import { arch, cpus, release, totalmem } from 'node:os';
import type { Disk, Machine } from './node-object.ts';

const architectures: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/** Reads what the machine says of itself; what it does not say stays empty. */
export async function readMachine(): Promise<Machine> {
  const [machineID, bootID, systemUUID, osRelease] = await Promise.all([
    firstLine('/etc/machine-id'),
    firstLine('/proc/sys/kernel/random/boot_id'),
    firstLine('/sys/class/dmi/id/product_uuid'),
    readFile('/etc/os-release', 'utf8').catch(() => ''),
  ]);
  return {
    machineID,
    bootID,
    systemUUID: systemUUID || machineID,
    osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(osRelease)?.[1] ?? 'Linux',
    kernelVersion: release(),
    architecture: architectures[arch()] ?? arch(),
    cpus: cpus().length,
    memoryBytes: totalmem(),
  };
}

/** A file that is absent or not ours to read says nothing. */
async function firstLine(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.split('\n')[0]?.trim() ?? '';
}

/** The file system that the path is on. */
export async function readDisk(path: string): Promise<Disk> {
  const { bsize, blocks, bavail, files, ffree } = await statfs(path);
  return { totalBytes: bsize * blocks, availableBytes: bsize * bavail, totalInodes: files, freeInodes: ffree };
}
