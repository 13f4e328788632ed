import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '../../shared/api/object.ts';
import type { TokenSource } from '../tokens/pod-tokens.ts';
import type { PayloadFile } from './atomic-writer.ts';
import type { VolumeContext } from './volume.ts';

/** Only the owner reads it, where it is known who that is. */
const privateMode = 0o600;

/** The file with a token of the Pod's ServiceAccount. */
export async function tokenFile(
  { pod, tokens, directory }: VolumeContext,
  source: TokenSource & { path: string },
  defaultMode: number,
): Promise<Map<string, PayloadFile>> {
  const present = await readFile(join(directory.memory, source.path), 'utf8').catch(() => undefined);
  const token = await tokens.get(pod, source, present);
  if (token === undefined) return new Map();
  const uid = process.getuid?.() === 0 ? commonUser(pod) : undefined;
  const isPrivate = uid !== undefined || pod.spec?.securityContext?.fsGroup !== undefined;
  const file: PayloadFile = {
    data: Buffer.from(token),
    mode: isPrivate ? privateMode : defaultMode,
    ...(uid === undefined ? {} : { uid }),
  };
  return new Map([[source.path, file]]);
}

/** The user that all containers of a Pod run as, if the Pod says so. */
function commonUser({ spec }: Pod): number | undefined {
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])];
  const users = new Set(
    all.map(({ securityContext }) => securityContext?.runAsUser ?? spec?.securityContext?.runAsUser),
  );
  return users.size === 1 ? [...users][0] : undefined;
}
