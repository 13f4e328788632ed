import { DurableObject } from 'cloudflare:workers';
import { builtInKinds } from '../../shared/kinds/index.generated.ts';
import { KindRegistry } from '../../shared/kinds/registry.ts';
import { clusterObjectName } from '../apiserver/http/object-names.ts';
import type { ClusterRecord } from '../cluster/cluster-admin.ts';
import type { Component, ComponentDeps } from '../cluster/components.ts';
import { followDefinitions } from '../cluster/follow-definitions.ts';
import { createRemoteClient } from '../cluster/remote-client.ts';
import type { ComponentUser } from '../cluster/users.ts';
import type { Env } from '../env.ts';
import { settingsOf } from '../settings.ts';
import type { Timers } from '../timers/timers.ts';
import { log, openTimers } from './cluster-host.ts';
import { countedStorage } from './counted-storage.ts';
import { kvCursor } from './kv-cursor.ts';

const recordKey = 'cluster';

interface Running {
  component: Component;
  timers: Timers;
  /** Brings the kinds up to date with the definitions of the cluster. */
  follow(): Promise<void>;
}

/** An object of its own for a component, which reaches the cluster over RPC. */
export abstract class ComponentObject extends DurableObject<Env> {
  #running: Running | undefined;

  protected abstract readonly user: ComponentUser;
  protected abstract host(deps: ComponentDeps): Component;

  /** There are new changes in this cluster. */
  async wake(cluster: ClusterRecord): Promise<void> {
    if (this.ctx.storage.kv.get(recordKey) === undefined) this.ctx.storage.kv.put(recordKey, cluster);
    const { component, follow } = this.#run(cluster);
    await follow();
    component.wake();
  }

  /** The cluster is deleted. */
  async destroy(): Promise<void> {
    this.#running = undefined;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  override async alarm(): Promise<void> {
    const cluster = this.ctx.storage.kv.get<ClusterRecord>(recordKey);
    if (cluster === undefined) return;
    const { timers, follow } = this.#run(cluster);
    await follow();
    await timers.run();
  }

  #run(record: ClusterRecord): Running {
    if (this.#running) return this.#running;
    const { CLUSTER } = this.env;
    // A stub is broken for good by a lost connection: each call makes its own.
    const object = () => CLUSTER.get(CLUSTER.idFromName(clusterObjectName(record.name)));
    const { timers } = openTimers(countedStorage(this.ctx.storage));
    const client = createRemoteClient({ call: (method, args) => object().client(this.user, method, args) });
    const kinds = new KindRegistry(builtInKinds);
    const component = this.host({
      client,
      kinds,
      settings: settingsOf(record, this.env.FAIRLEAD_SETTINGS),
      timers,
      cursor: kvCursor(this.ctx.storage.kv, this.user),
      random: Math.random,
      now: Date.now,
      log,
    });
    this.#running = { component, timers, follow: followDefinitions(client, kinds) };
    return this.#running;
  }
}
