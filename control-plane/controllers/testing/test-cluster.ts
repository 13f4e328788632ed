import type { Event, KubernetesObject, Node, ObjectKey, Pod } from '../../../shared/api/object.ts';
import { apiVersionOf, defaultSettings } from '../../../shared/kinds/define-kind.ts';
import { builtInKinds } from '../../../shared/kinds/index.generated.ts';
import { KindRegistry } from '../../../shared/kinds/registry.ts';
import { createAdmission } from '../../apiserver/admission/admission.ts';
import { defaultPlugins } from '../../apiserver/admission/plugins.ts';
import { writesOver } from '../../apiserver/outside-calls/testing/writes.ts';
import { createRegistry } from '../../apiserver/registry/create-registry.ts';
import type { ApiCheck, ClientListQuery, ClusterClient, WriteOperation } from '../../client.ts';
import { createLocalClient } from '../../cluster/local-client.ts';
import { filters } from '../../scheduler/filters/index.generated.ts';
import { createScheduler, type Scheduler } from '../../scheduler/scheduler.ts';
import { scores } from '../../scheduler/scores/index.generated.ts';
import { createStore } from '../../store/create-store.ts';
import { openNodeDatabase } from '../../store/testing/node-sqlite.ts';
import type { ControllerDefinition, Cursor, Log, Progress } from '../runtime/controller.ts';
import { createEventRecorder } from '../runtime/event-recorder.ts';
import { type ControllerManager, createControllerManager } from '../runtime/manager.ts';
import { timestamp } from '../runtime/write.ts';
import { seededRandom } from './random.ts';

interface Component {
  wake(): void;
  timerFired(): void;
  whenIdle(): Promise<void>;
}

/** Keeps progress like a row in the database: what is read is never what was written, only its equal. */
export class MemoryCursor implements Cursor {
  progress: Progress | undefined;
  saves = 0;
  load = async () => structuredClone(this.progress);
  save = async (progress: Progress) => {
    this.progress = structuredClone(progress);
    this.saves++;
  };
}

/** The real API core over a store in memory, with components woken by commits as in the Cluster object. */
export class TestCluster {
  nowMs = Date.parse('2026-01-02T03:04:05Z');
  readonly random: () => number;
  readonly client: ClusterClient;
  readonly kinds = new KindRegistry(builtInKinds);
  readonly store;
  readonly clock = { now: () => this.nowMs };
  /** Messages of what was logged as an error. */
  readonly errors: string[] = [];
  readonly log: Log = {
    info: () => {},
    warn: () => {},
    error: (message, fields) => this.errors.push(`${message} ${JSON.stringify(fields)}`),
  };
  /** What is found of every extension server that is asked; undefined: too many are. */
  apiCheck: ApiCheck | undefined = {};
  #components = new Map<Component, { atMs?: number }>();
  #uids = 0;

  constructor(seed = 1) {
    this.random = seededRandom(seed);
    this.store = createStore({ sql: openNodeDatabase(), now: () => this.nowMs });
    const world = {
      now: () => this.nowMs,
      random: this.random,
      uid: () => `00000000-0000-4000-8000-${String(++this.#uids).padStart(12, '0')}`,
    };
    const registry = createRegistry({
      kinds: this.kinds,
      settings: defaultSettings,
      admission: createAdmission(defaultPlugins),
      ...world,
    });
    const writes = writesOver(this.store, world);
    const user = { name: 'system:kube-controller-manager', groups: [] };
    const { store, kinds } = this;
    // All shards in one store: which one an object is in makes no difference to controllers.
    const unheard = async () => {
      throw new Error('there is nobody to ask');
    };
    const authority = {
      isAllowed: unheard,
      sign: unheard,
      context: unheard,
      locate: unheard,
      clientAuthorities: async () => [],
      checkApi: async () => this.apiCheck,
    };
    const clientIn = (shard: string): ClusterClient =>
      createLocalClient({
        ...{ store, writes, registry, kinds, user, shard, authority },
        fieldManager: 'kube-controller-manager',
        sibling: clientIn,
      });
    this.client = clientIn('');
    this.store.onCommit(() => {
      for (const component of this.#components.keys()) component.wake();
    });
  }

  startControllers(
    controllers: readonly ControllerDefinition[],
    cursor: Cursor = new MemoryCursor(),
  ): ControllerManager {
    return this.#start((scheduleTimer) =>
      createControllerManager({ ...this.#deps(), controllers, cursor, scheduleTimer, settings: defaultSettings }),
    );
  }

  startScheduler(
    options: { schedulerName?: string; client?: ClusterClient } = {},
    cursor = new MemoryCursor(),
  ): Scheduler {
    const plugins = { filters, scores };
    return this.#start((scheduleTimer) =>
      createScheduler({ ...this.#deps(), ...plugins, cursor, scheduleTimer, ...options }),
    );
  }

  stop(component: Component): void {
    this.#components.delete(component);
  }

  #deps() {
    const { client, clock, kinds, log, random } = this;
    return { client, clock, kinds, log, random, recorder: createEventRecorder({ client, clock, log }) };
  }

  #start<T extends Component>(create: (scheduleTimer: (atMs: number) => void) => T): T {
    const timer: { atMs?: number } = {};
    const component = create((atMs) => {
      timer.atMs = atMs;
    });
    this.#components.set(component, timer);
    component.wake();
    return component;
  }

  /** Until nobody has anything left to do but wait for time. */
  async settle(): Promise<void> {
    for (let revision = -1; revision !== this.store.revision; ) {
      revision = this.store.revision;
      for (const component of this.#components.keys()) await component.whenIdle();
    }
  }

  /** Lets time pass, timer by timer. */
  async advance(ms: number): Promise<void> {
    const end = this.nowMs + ms;
    await this.settle();
    for (let next = this.#nextTimer(end); next; next = this.#nextTimer(end)) {
      this.nowMs = Math.max(this.nowMs, next.timer.atMs!);
      next.timer.atMs = undefined;
      next.component.timerFired();
      await this.settle();
    }
    this.nowMs = end;
  }

  #nextTimer(end: number) {
    return [...this.#components]
      .map(([component, timer]) => ({ component, timer }))
      .filter(({ timer }) => timer.atMs !== undefined && timer.atMs <= end)
      .sort((a, b) => a.timer.atMs! - b.timer.atMs!)[0];
  }

  /** Writes as any client would and throws the first error. */
  async write(...operations: WriteOperation[]): Promise<KubernetesObject[]> {
    const results = await this.client.write(operations);
    return results.map(({ object, error }) => {
      if (error) throw new Error(`${error.reason}: ${error.message}`);
      return object as KubernetesObject;
    });
  }

  async create<T extends KubernetesObject>(resource: string, object: object): Promise<T> {
    const { metadata, ...rest } = object as KubernetesObject;
    const kind = this.kinds.byResource(resource)!;
    const place = kind.scope === 'Namespaced' ? { namespace: 'default' } : {};
    const [created] = await this.write({
      verb: 'create',
      resource,
      object: { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { ...place, ...metadata }, ...rest },
    });
    return created as T;
  }

  get<T extends KubernetesObject>(resource: string, name: string, namespace = 'default'): Promise<T | undefined> {
    const { scope } = this.kinds.byResource(resource)!;
    return this.client.get<T>({ resource, name, namespace: scope === 'Namespaced' ? namespace : '' });
  }

  async list<T extends KubernetesObject>(resource: string, query: Partial<ClientListQuery> = {}): Promise<T[]> {
    return (await this.client.list<T>({ resource, ...query })).items;
  }

  /** `reason: message` of all events, in order of their creation. */
  async events(reason?: string): Promise<string[]> {
    const events = await this.list<Event>('events');
    return events
      .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .filter((event) => !reason || event.reason === reason)
      .map((event) => `${event.reason}: ${event.message}`);
  }

  async patchStatus(key: ObjectKey, status: object): Promise<void> {
    await this.write({ verb: 'patch', key, subresource: 'status', patch: { status } });
  }

  /** A node that reports ready. */
  async addNode(name: string, options: { allocatable?: object; labels?: Record<string, string>; spec?: object } = {}) {
    const { allocatable = { cpu: '4', memory: '8Gi', pods: '110' }, labels = {}, spec = {} } = options;
    const created = await this.create<Node>('nodes', { metadata: { name, labels }, spec });
    const key = { resource: 'nodes', namespace: '', name };
    await this.patchStatus(key, { capacity: allocatable, allocatable, conditions: [nodeReady('True', this.nowMs)] });
    const taints = (created.spec?.taints ?? []).filter((taint) => taint.key !== 'node.kubernetes.io/not-ready');
    await this.write({ verb: 'patch', key, patch: { spec: { taints } } });
  }

  setNodeReady(name: string, status: 'True' | 'False' | 'Unknown'): Promise<void> {
    return this.patchStatus(
      { resource: 'nodes', namespace: '', name },
      { conditions: [nodeReady(status, this.nowMs)] },
    );
  }

  /** What a node agent reports of a Pod that runs. */
  setPodReady(name: string, ready: boolean, podIP = '10.244.0.1', namespace = 'default'): Promise<void> {
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: timestamp(this.nowMs) }];
    const status = { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions };
    return this.patchStatus({ resource: 'pods', namespace, name }, status);
  }

  pods(query: Partial<ClientListQuery> = {}): Promise<Pod[]> {
    return this.list<Pod>('pods', { namespace: 'default', ...query });
  }
}

function nodeReady(status: string, nowMs: number) {
  return { type: 'Ready', status, lastTransitionTime: timestamp(nowMs), reason: 'Test', message: 'as the test says' };
}

/** A cluster with the namespace `default`. */
export async function startTestCluster(seed?: number): Promise<TestCluster> {
  const cluster = new TestCluster(seed);
  await cluster.create('namespaces', { metadata: { name: 'default' } });
  return cluster;
}

export const podSpec = { containers: [{ name: 'c', image: 'i' }] };

export function replicationController(name: string, replicas: number, spec: object = {}) {
  const labels = { app: name };
  return {
    metadata: { name },
    spec: { replicas, selector: labels, template: { metadata: { labels }, spec: podSpec }, ...spec },
  };
}
