import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '../../shared/api/object.ts';
import { textOf } from '../log.ts';
import type { ClusterView } from '../pods/cluster-view.ts';
import type { PodFacts } from '../pods/field-ref.ts';
import type { PodTokens } from '../tokens/pod-tokens.ts';
import { configMapVolume } from './config-map.ts';
import { downwardApiVolume } from './downward-api.ts';
import { emptyDirVolume } from './empty-dir.ts';
import { hostPathVolume } from './host-path.ts';
import { projectedVolume } from './projected.ts';
import { secretVolume } from './secret.ts';
import { type Volume, VolumeError, type VolumeType } from './volume.ts';

/** By the field of `spec.volumes[]`, with the name of the directory that holds volumes of the type. */
const types = {
  emptyDir: { directory: 'kubernetes.io~empty-dir', type: emptyDirVolume },
  hostPath: { directory: 'kubernetes.io~host-path', type: hostPathVolume },
  configMap: { directory: 'kubernetes.io~configmap', type: configMapVolume },
  secret: { directory: 'kubernetes.io~secret', type: secretVolume },
  downwardAPI: { directory: 'kubernetes.io~downward-api', type: downwardApiVolume },
  projected: { directory: 'kubernetes.io~projected', type: projectedVolume },
} satisfies { [field in keyof Volume]?: { directory: string; type: VolumeType } };

export interface VolumesDeps {
  /** Holds a directory per Pod, named by its uid. */
  podsDir: string;
  /** The same in memory, for what must not reach the disk; a plain directory where memory is not to be had. */
  memoryDir: string;
  cluster: ClusterView;
  tokens: Pick<PodTokens, 'get' | 'forget'>;
  facts(): PodFacts;
}

export interface Volumes {
  /** Makes all volumes of a Pod ready, or brings those that follow the cluster up to date. Throws VolumeError. */
  mount(pod: Pod): Promise<void>;
  /** Host paths by volume name; valid after `mount`. */
  paths(pod: Pod): Map<string, string>;
  /** Removes everything that the volumes of a Pod left on this machine. */
  unmount(uid: string): Promise<void>;
}

/** Invariant: at most one call works on the volumes of a Pod at any time. */
export function createVolumes({ podsDir, memoryDir, cluster, tokens, facts }: VolumesDeps): Volumes {
  const known = new Map<string, Map<string, string>>();
  const turns = new Map<string, Promise<void>>();

  function typeOf(volume: Volume) {
    const field = (Object.keys(types) as (keyof typeof types)[]).find((name) => volume[name]);
    if (!field) {
      const [kind = 'empty'] = Object.keys(volume).filter((name) => name !== 'name');
      throw new VolumeError(`no volume plugin matched name: ${kind}`);
    }
    return types[field];
  }

  async function setUp(pod: Pod, volume: Volume, paths: Map<string, string>): Promise<void> {
    const uid = pod.metadata.uid ?? '';
    try {
      const { directory, type } = typeOf(volume);
      if (paths.has(volume.name) && !type.follows) return;
      const place = (root: string) => join(root, uid, 'volumes', directory, volume.name);
      const path = await type.setUp({
        pod,
        volume,
        cluster,
        tokens,
        facts: facts(),
        directory: { disk: place(podsDir), memory: place(memoryDir) },
      });
      paths.set(volume.name, path);
    } catch (error) {
      throw new VolumeError(`MountVolume.SetUp failed for volume "${volume.name}" : ${textOf(error)}`, {
        cause: error,
      });
    }
  }

  /** Content that follows the cluster may be renewed while it is being set up. */
  async function inTurn(uid: string, work: () => Promise<void>): Promise<void> {
    const before = turns.get(uid);
    const { promise, resolve } = Promise.withResolvers<void>();
    turns.set(uid, promise);
    await before;
    try {
      await work();
    } finally {
      resolve();
      if (turns.get(uid) === promise) turns.delete(uid);
    }
  }

  return {
    mount(pod) {
      const uid = pod.metadata.uid ?? '';
      return inTurn(uid, async () => {
        const paths = known.get(uid) ?? new Map<string, string>();
        known.set(uid, paths);
        await mkdir(join(podsDir, uid), { recursive: true, mode: 0o750 });
        for (const volume of pod.spec?.volumes ?? []) await setUp(pod, volume, paths);
      });
    },
    paths: (pod) => known.get(pod.metadata.uid ?? '') ?? new Map(),
    unmount: (uid) =>
      inTurn(uid, async () => {
        known.delete(uid);
        tokens.forget(uid);
        await rm(join(podsDir, uid), { recursive: true, force: true });
        await rm(join(memoryDir, uid), { recursive: true, force: true });
      }),
  };
}
