import type { PayloadFile } from './atomic-writer.ts';
import { writeAtomically } from './atomic-writer.ts';
import { configMapFiles, groupOf } from './config-map.ts';
import { downwardFiles } from './downward-api.ts';
import { secretFiles } from './secret.ts';
import { tokenFile } from './service-account-token.ts';
import { type Volume, type VolumeContext, VolumeError, type VolumeType } from './volume.ts';

type ProjectedSource = NonNullable<NonNullable<Volume['projected']>['sources']>[number];

/** Several sources in one directory, kept in memory since Secrets may be among them. */
export const projectedVolume: VolumeType = {
  follows: true,
  async setUp(context) {
    const { sources, defaultMode = 0o644 } = context.volume.projected ?? {};
    const files = new Map<string, PayloadFile>();
    for (const source of sources ?? [])
      for (const [path, file] of await filesOf(context, source, defaultMode)) files.set(path, file);
    await writeAtomically(context.directory.memory, files, groupOf(context));
    return context.directory.memory;
  },
};

async function filesOf(
  context: VolumeContext,
  source: ProjectedSource,
  defaultMode: number,
): Promise<Map<string, PayloadFile>> {
  if (source.configMap) return configMapFiles(context, source.configMap, defaultMode);
  if (source.secret) return secretFiles(context, source.secret, defaultMode);
  if (source.downwardAPI) return downwardFiles(context, source.downwardAPI.items ?? [], defaultMode);
  if (source.serviceAccountToken) return tokenFile(context, source.serviceAccountToken, defaultMode);
  throw new VolumeError(`projected volume source ${Object.keys(source).join(', ')} is not supported on this node`);
}
