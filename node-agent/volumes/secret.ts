import { Buffer } from 'node:buffer';
import { type PayloadFile, writeAtomically } from './atomic-writer.ts';
import { groupOf } from './config-map.ts';
import { filesOfKeys, type KeyToPath } from './keys-to-paths.ts';
import { type VolumeContext, VolumeError, type VolumeType } from './volume.ts';

export interface SecretSource {
  name?: string;
  items?: KeyToPath[];
  optional?: boolean;
}

/** The files that a Secret stands for; none when it is absent and optional. */
export function secretFiles(
  { pod, cluster }: VolumeContext,
  { name = '', items, optional = false }: SecretSource,
  defaultMode: number,
): Map<string, PayloadFile> {
  const found = cluster.secret(pod.metadata.namespace ?? '', name);
  if (!found && !optional) throw new VolumeError(`secret "${name}" not found`);
  const content = Object.entries(found?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const);
  return filesOfKeys(new Map(content), { items, defaultMode, optional });
}

/** Secrets stay in memory: nothing of them is left on the disk. */
export const secretVolume: VolumeType = {
  follows: true,
  async setUp(context) {
    const { secretName, items, optional, defaultMode } = context.volume.secret ?? {};
    const source = {
      ...(secretName ? { name: secretName } : {}),
      ...(items ? { items } : {}),
      ...(optional ? { optional } : {}),
    };
    const files = secretFiles(context, source, defaultMode ?? 0o644);
    await writeAtomically(context.directory.memory, files, groupOf(context));
    return context.directory.memory;
  },
};
