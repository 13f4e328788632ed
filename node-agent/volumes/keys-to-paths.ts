import type { PayloadFile } from './atomic-writer.ts';
import { VolumeError } from './volume.ts';

export interface KeyToPath {
  key: string;
  path: string;
  mode?: number;
}

export interface KeysToPaths {
  /** All keys, under their own names, when absent or empty. */
  items: KeyToPath[] | undefined;
  defaultMode: number;
  optional: boolean;
}

/** The files of a volume made of a ConfigMap's or Secret's keys. */
export function filesOfKeys(
  data: Map<string, Uint8Array>,
  { items, defaultMode, optional }: KeysToPaths,
): Map<string, PayloadFile> {
  const files = new Map<string, PayloadFile>();
  if (!items?.length) {
    for (const [key, content] of data) files.set(key, { data: content, mode: defaultMode });
    return files;
  }
  for (const { key, path, mode } of items) {
    const content = data.get(key);
    if (content) files.set(path, { data: content, mode: mode ?? defaultMode });
    else if (!optional) throw new VolumeError(`references non-existent config key: ${key}`);
  }
  return files;
}
