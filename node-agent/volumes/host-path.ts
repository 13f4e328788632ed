import type { Stats } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { VolumeError, type VolumeType } from './volume.ts';

interface Expectation {
  test(stats: Stats): boolean;
  /** As the kubelet names it in `hostPath type check failed: X is not a ...`. */
  name: string;
}

const expectations: Record<string, Expectation> = {
  Directory: { test: (stats) => stats.isDirectory(), name: 'directory' },
  DirectoryOrCreate: { test: (stats) => stats.isDirectory(), name: 'directory' },
  File: { test: (stats) => stats.isFile(), name: 'file' },
  FileOrCreate: { test: (stats) => stats.isFile(), name: 'file' },
  Socket: { test: (stats) => stats.isSocket(), name: 'socket file' },
  CharDevice: { test: (stats) => stats.isCharacterDevice(), name: 'character device' },
  BlockDevice: { test: (stats) => stats.isBlockDevice(), name: 'block device' },
};

/** A path of the machine, as it is. */
export const hostPathVolume: VolumeType = {
  follows: false,
  async setUp({ volume }) {
    const { path = '', type = '' } = volume.hostPath ?? {};
    let found = await statOf(path);
    if (!found && (type === 'DirectoryOrCreate' || type === '')) {
      // Without a type Docker makes the directory, as it always has for a bind mount.
      await mkdir(path, { recursive: true, mode: 0o755 });
      found = await statOf(path);
    }
    if (!found && type === 'FileOrCreate') {
      await (await open(path, 'a', 0o644)).close();
      found = await statOf(path);
    }
    const expected = expectations[type];
    if (expected && !(found && expected.test(found))) {
      throw new VolumeError(`hostPath type check failed: ${path} is not a ${expected.name}`);
    }
    return path;
  },
};

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
