import { DurableObject } from 'cloudflare:workers';
import type { ClusterInfo } from '../apiserver/http/admin.ts';
import type { ClusterDirectory } from '../cluster/cluster-admin.ts';
import type { Env } from '../env.ts';

const prefix = 'cluster/';

/** The list of the deployment's clusters: one object. */
export class Clusters extends DurableObject<Env> implements ClusterDirectory {
  async list(): Promise<ClusterInfo[]> {
    return [...this.ctx.storage.kv.list<ClusterInfo>({ prefix })].map(([, info]) => info);
  }

  async get(name: string): Promise<ClusterInfo | undefined> {
    return this.ctx.storage.kv.get<ClusterInfo>(prefix + name);
  }

  async add(info: ClusterInfo): Promise<void> {
    const key = prefix + info.name;
    if (this.ctx.storage.kv.get(key) === undefined) this.ctx.storage.kv.put(key, info);
  }

  async remove(name: string): Promise<void> {
    this.ctx.storage.kv.delete(prefix + name);
  }
}
