import { Buffer } from 'node:buffer';
import type { ConfigMap } from '../../shared/api/object.ts';
import { type PayloadFile, writeAtomically } from './atomic-writer.ts';
import { filesOfKeys, type KeyToPath } from './keys-to-paths.ts';
import { type VolumeContext, VolumeError, type VolumeType } from './volume.ts';

export interface ConfigMapSource {
  name?: string;
  items?: KeyToPath[];
  optional?: boolean;
}

/** The files that a ConfigMap stands for; none when it is absent and optional. */
export function configMapFiles(
  { pod, cluster }: VolumeContext,
  { name = '', items, optional = false }: ConfigMapSource,
  defaultMode: number,
): Map<string, PayloadFile> {
  const found = cluster.configMap(pod.metadata.namespace ?? '', name);
  if (!found && !optional) throw new VolumeError(`configmap "${name}" not found`);
  return filesOfKeys(found ? contentOf(found) : new Map(), { items, defaultMode, optional: optional });
}

function contentOf({ data, binaryData }: ConfigMap): Map<string, Uint8Array> {
  const text = Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value)] as const);
  const binary = Object.entries(binaryData ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const);
  return new Map([...text, ...binary]);
}

export const configMapVolume: VolumeType = {
  follows: true,
  async setUp(context) {
    const source = context.volume.configMap ?? {};
    const files = configMapFiles(context, source, source.defaultMode ?? 0o644);
    await writeAtomically(context.directory.disk, files, groupOf(context));
    return context.directory.disk;
  },
};

/** The group that the Pod's volumes belong to. */
export function groupOf({ pod }: VolumeContext): { gid?: number } {
  const gid = pod.spec?.securityContext?.fsGroup;
  return gid === undefined ? {} : { gid };
}
