import type { ClusterSettings } from '../../shared/kinds/define-kind.ts';
import type { ClusterAdmin, ClusterInfo } from '../apiserver/http/admin.ts';

/** What is kept of a cluster besides its objects. */
export interface ClusterRecord {
  name: string;
  /** Empty for the main object. */
  shard: string;
  /** What differs from the settings of the deployment. */
  settings: Partial<ClusterSettings>;
  /** `bootstrapFingerprint` of the version that last saw to what every cluster starts with. */
  bootstrap?: string;
}

/** The list of the deployment's clusters. */
export interface ClusterDirectory {
  list(): Promise<ClusterInfo[]>;
  get(name: string): Promise<ClusterInfo | undefined>;
  /** Leaves one that is there as it is. */
  add(info: ClusterInfo): Promise<void>;
  remove(name: string): Promise<void>;
}

export interface ClusterAdminDeps {
  directory: ClusterDirectory;
  shards: readonly string[];
  /** Makes the object of a cluster, or of a shard; false when it is there already. */
  initialize(record: ClusterRecord): Promise<boolean>;
  /** A new credential for the cluster's administrator; the one before stops working. */
  issueAdminToken(cluster: string): Promise<string>;
  /** Deletes what all objects of the cluster store and closes their sockets. */
  destroy(cluster: string): Promise<void>;
  /** Epoch ms. */
  now(): number;
}

/**
 * Creates and deletes clusters over several objects. The list comes first and goes last, so that whatever was begun and
 * not finished is still named, and can be begun again.
 */
export function createClusterAdmin(deps: ClusterAdminDeps): ClusterAdmin {
  const { directory } = deps;
  return {
    list: () => directory.list(),
    get: (name) => directory.get(name),
    async create(name, { settings, rotate }) {
      await directory.add({ name, createdAt: new Date(deps.now()).toISOString() });
      for (const shard of deps.shards) await deps.initialize({ name, shard, settings });
      const isNew = await deps.initialize({ name, shard: '', settings });
      return isNew || rotate ? deps.issueAdminToken(name) : undefined;
    },
    async delete(name) {
      if (!(await directory.get(name))) return false;
      await deps.destroy(name);
      await directory.remove(name);
      return true;
    },
  };
}
