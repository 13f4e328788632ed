import { mkdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Container } from '../../shared/api/object.ts';
import type { Mount } from '../runtime/container-runtime.ts';
import { ContainerConfigError } from './cluster-view.ts';
import { expand } from './expansion.ts';

const propagations: Record<string, NonNullable<Mount['propagation']>> = {
  HostToContainer: 'rslave',
  Bidirectional: 'rshared',
};

export interface VolumeMountsInput {
  container: Container;
  /** Host paths by volume name. */
  volumes: ReadonlyMap<string, string>;
  /** For `subPathExpr`. */
  env: ReadonlyMap<string, string>;
}

/** The volumes of a container as bind mounts. A `subPath` that is missing is made, and cannot lead out of its volume. */
export async function volumeMounts({ container, volumes, env }: VolumeMountsInput): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const { name, mountPath, readOnly, subPath, subPathExpr, mountPropagation } of container.volumeMounts ?? []) {
    const root = volumes.get(name);
    if (root === undefined)
      throw new ContainerConfigError(`cannot find volume "${name}" to mount into container "${container.name}"`);
    const propagation = propagations[mountPropagation ?? 'None'];
    const inside = checked(subPathExpr ? expanded(subPathExpr, env) : subPath);
    mounts.push({
      hostPath: inside ? await subPathOf(root, inside, { volume: name, container: container.name }) : root,
      containerPath: mountPath,
      readOnly: readOnly ?? false,
      ...(propagation ? { propagation } : {}),
    });
  }
  return mounts;
}

/** Every variable in it has to have a value. */
function expanded(subPathExpr: string, env: ReadonlyMap<string, string>): string {
  const missing = new Set<string>();
  const subPath = expand(subPathExpr, (variable) => {
    const value = env.get(variable);
    if (!value) missing.add(variable);
    return value;
  });
  if (missing.size > 0) throw new ContainerConfigError(`missing value for ${[...missing].sort().join(', ')}`);
  return subPath;
}

function checked(subPath: string | undefined): string | undefined {
  if (subPath?.startsWith('/'))
    throw new ContainerConfigError(`error SubPath \`${subPath}\` must not be an absolute path`);
  if (subPath?.split('/').includes('..'))
    throw new ContainerConfigError(`unable to provision SubPath \`${subPath}\`: must not contain '..'`);
  return subPath;
}

/** What is wrong is not said: it could tell something about the machine. */
async function subPathOf(
  root: string,
  subPath: string,
  { volume, container }: { volume: string; container: string },
): Promise<string> {
  const problem = `failed to prepare subPath for volumeMount "${volume}" of container "${container}"`;
  const path = join(root, subPath);
  await mkdir(path, { recursive: true, mode: 0o750 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const [real, realRoot] = await Promise.all([realpath(path), realpath(root)]);
  if (real !== realRoot && !real.startsWith(realRoot + sep)) throw new ContainerConfigError(problem);
  return real;
}
