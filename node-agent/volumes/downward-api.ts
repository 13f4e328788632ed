import { Buffer } from 'node:buffer';
import { fieldValue, resourceFieldValue } from '../pods/field-ref.ts';
import { type PayloadFile, writeAtomically } from './atomic-writer.ts';
import { groupOf } from './config-map.ts';
import { type Volume, type VolumeContext, VolumeError, type VolumeType } from './volume.ts';

type DownwardItem = NonNullable<NonNullable<Volume['downwardAPI']>['items']>[number];

/** The files by which a Pod reads about itself. */
export function downwardFiles(
  context: VolumeContext,
  items: DownwardItem[],
  defaultMode: number,
): Map<string, PayloadFile> {
  const files = new Map<string, PayloadFile>();
  for (const item of items) {
    files.set(item.path, { data: Buffer.from(itemValue(context, item)), mode: item.mode ?? defaultMode });
  }
  return files;
}

function itemValue({ pod, facts }: VolumeContext, { fieldRef, resourceFieldRef }: DownwardItem): string {
  if (fieldRef) {
    const value = fieldValue(pod, fieldRef.fieldPath, facts);
    if (value === undefined) throw new VolumeError(`unsupported fieldPath: ${fieldRef.fieldPath}`);
    return value;
  }
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const container = containers.find(({ name }) => name === resourceFieldRef?.containerName);
  const value = container && resourceFieldRef && resourceFieldValue(container, resourceFieldRef, facts);
  if (value === undefined) throw new VolumeError(`unsupported container resource : ${resourceFieldRef?.resource}`);
  return value;
}

export const downwardApiVolume: VolumeType = {
  follows: true,
  async setUp(context) {
    const { items = [], defaultMode = 0o644 } = context.volume.downwardAPI ?? {};
    await writeAtomically(context.directory.disk, downwardFiles(context, items, defaultMode), groupOf(context));
    return context.directory.disk;
  },
};
