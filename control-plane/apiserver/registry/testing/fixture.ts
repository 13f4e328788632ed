import type { StatusError } from '../../../../shared/api/errors.ts';
import type { KubernetesObject } from '../../../../shared/api/object.ts';
import { type ClusterSettings, defaultSettings, type KindDefinition } from '../../../../shared/kinds/define-kind.ts';
import { KindRegistry } from '../../../../shared/kinds/registry.ts';
import { createStore } from '../../../store/create-store.ts';
import type { Store } from '../../../store/store.ts';
import { openNodeDatabase } from '../../../store/testing/node-sqlite.ts';
import { type AdmissionPlugin, createAdmission } from '../../admission/admission.ts';
import { defaultPlugins } from '../../admission/plugins.ts';
import { createRegistry } from '../create-registry.ts';
import type { ListRequest, PatchType, Registry, WriteOptions, WriteRequest } from '../registry.ts';

export interface Answer<T = KubernetesObject> {
  code: number;
  body: T;
  warnings: string[];
}

export interface RequestOptions extends Partial<WriteOptions> {
  namespace?: string;
  subresource?: string;
  force?: boolean;
}

/** The registry of one cluster over a store in memory, with a clock that stands still unless it is moved. */
export class RegistryFixture {
  readonly store: Store;
  readonly registry: Registry;
  readonly kinds: KindRegistry;
  nowMs = Date.parse('2026-01-02T03:04:05Z');
  #uids = 0;
  /** Each call of `random` takes the next of these, then zeros. */
  randoms: number[] = [];

  /** What writes take from the world. */
  readonly world = {
    now: () => this.nowMs,
    random: () => this.randoms.shift() ?? 0,
    uid: () => `00000000-0000-4000-8000-${String(++this.#uids).padStart(12, '0')}`,
  };

  constructor(
    kinds: Iterable<KindDefinition>,
    settings: ClusterSettings = defaultSettings,
    plugins: readonly AdmissionPlugin[] = defaultPlugins,
  ) {
    this.kinds = new KindRegistry(kinds);
    this.store = createStore({ sql: openNodeDatabase(), now: () => this.nowMs });
    this.registry = createRegistry({
      kinds: this.kinds,
      settings,
      admission: createAdmission(plugins),
      ...this.world,
    });
  }

  get revision(): number {
    return this.store.revision;
  }

  create(resource: string, body: unknown, options: RequestOptions & { name?: string } = {}): Answer {
    return this.#write({
      verb: 'create',
      body,
      ...(options.name ? { name: options.name } : {}),
      ...this.#target(resource, options),
    });
  }

  update(resource: string, name: string, body: unknown, options: RequestOptions = {}): Answer {
    return this.#write({ verb: 'update', name, body, ...this.#target(resource, options) });
  }

  patch(resource: string, name: string, patchType: PatchType, body: unknown, options: RequestOptions = {}): Answer {
    return this.#write({ verb: 'patch', name, patchType, body, ...this.#target(resource, options) });
  }

  delete(resource: string, name: string, body: object = {}, options: RequestOptions = {}): Answer {
    return this.#write({ verb: 'delete', name, options: body, ...this.#target(resource, options) });
  }

  deleteCollection(
    resource: string,
    query: { labelSelector?: string; fieldSelector?: string } = {},
    options: RequestOptions = {},
  ): Answer<{ items: KubernetesObject[] }> {
    const request = { verb: 'deletecollection' as const, options: {}, ...query, ...this.#target(resource, options) };
    return this.#write(request) as unknown as Answer<{ items: KubernetesObject[] }>;
  }

  get(resource: string, name: string, options: RequestOptions = {}): KubernetesObject {
    return this.registry.parse(this.registry.get(this.store, { name, ...this.#target(resource, options) }));
  }

  list(resource: string, query: Omit<Partial<ListRequest>, 'kind'> = {}) {
    const { kind, namespace } = this.#target(resource, {});
    return this.registry.list(this.store, { kind, namespace, ...query });
  }

  names(resource: string, query: Omit<Partial<ListRequest>, 'kind'> = {}): string[] {
    return this.list(resource, query).items.map(({ key }) => key.name);
  }

  #write(request: WriteRequest): Answer {
    const { code, json, warnings } = this.store.transaction((tx) => this.registry.write(tx, request));
    return { code, body: JSON.parse(json) as KubernetesObject, warnings };
  }

  #target(resource: string, options: RequestOptions) {
    const kind = this.kinds.byResource(resource);
    if (!kind) throw new Error(`the fixture has no ${resource}`);
    const namespace = options.namespace ?? (kind.scope === 'Namespaced' ? 'default' : '');
    return { user: { name: 'tester', groups: [] }, fieldManager: 'test', ...options, kind, namespace };
  }
}

/** The StatusError that `work` throws. */
export function refusal(work: () => unknown): StatusError {
  try {
    work();
  } catch (error) {
    if (error instanceof Error && error.name === 'StatusError') return error as StatusError;
    throw error;
  }
  throw new Error('was not refused');
}
