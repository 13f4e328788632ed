import { chmod, chown, mkdir } from 'node:fs/promises';
import { groupOf } from './config-map.ts';
import type { VolumeType } from './volume.ts';

/** A directory that lives as long as the Pod; on disk, or in memory. */
export const emptyDirVolume: VolumeType = {
  follows: false,
  async setUp(context) {
    const { disk, memory } = context.directory;
    const path = context.volume.emptyDir?.medium === 'Memory' ? memory : disk;
    const { gid } = groupOf(context);
    // A directory that is there already belongs to the Pod's containers, modes and all.
    if ((await mkdir(path, { recursive: true })) === undefined) return path;
    if (gid !== undefined) await chown(path, -1, gid);
    await chmod(path, gid === undefined ? 0o777 : 0o2777);
    return path;
  },
};
