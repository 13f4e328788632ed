import { hostControllers } from '../components.ts';
import { ClusterFixture, type Reply } from './fixture.ts';

/** A definition that passes validation; `spec` and `version` are merged over it. */
export function aDefinition(version: Record<string, unknown> = {}, spec: Record<string, unknown> = {}) {
  const names = { plural: 'crontabs', kind: 'CronTab', ...(spec.names as object | undefined) };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.stable.example.com` },
    spec: {
      group: 'stable.example.com',
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: cronTabSchema }, ...version }],
      ...spec,
      names,
    },
  };
}

export const cronTabSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['image'],
      properties: {
        image: { type: 'string' },
        replicas: { type: 'integer', minimum: 0, default: 1 },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, port: { type: 'integer' } },
          },
        },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    status: {
      type: 'object',
      properties: { replicas: { type: 'integer' }, selector: { type: 'string' }, note: { type: 'string' } },
    },
  },
} as const;

export const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const cronTabsPath = '/apis/stable.example.com/v1/namespaces/default/crontabs';

/** A cluster whose controllers run. */
export class CustomCluster {
  readonly fixture: ClusterFixture;
  readonly #controllers: ReturnType<typeof hostControllers>;

  protected constructor(fixture: ClusterFixture) {
    this.fixture = fixture;
    const { cluster, client, timers } = fixture;
    this.#controllers = hostControllers({
      client,
      timers,
      kinds: cluster.kinds,
      settings: cluster.settings,
      cursor: { load: async () => undefined, save: async () => undefined },
      random: () => 0,
      now: () => fixture.nowMs,
      log: {
        info: () => undefined,
        warn: (_message, fields) => fixture.errors.push(fields),
        error: (_message, fields) => fixture.errors.push(fields),
      },
    });
    cluster.store.onCommit(() => this.#controllers.wake());
  }

  static async create(): Promise<CustomCluster> {
    return new CustomCluster(await ClusterFixture.create());
  }

  async settle(): Promise<void> {
    for (let revision = -1; revision !== this.fixture.cluster.store.revision; ) {
      revision = this.fixture.cluster.store.revision;
      await this.#controllers.whenIdle();
    }
  }

  /** Calls the API and lets the controllers finish. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const reply = await this.fixture.call(method, path, { body, headers });
    await this.settle();
    return reply;
  }

  /** Creates a definition, whose kind is served then. */
  async define(...args: Parameters<typeof aDefinition>): Promise<Reply> {
    return this.call('POST', definitionsPath, aDefinition(...args));
  }

  apply(path: string, body: unknown, query = 'fieldManager=test'): Promise<Reply> {
    return this.call('PATCH', `${path}?${query}`, body, { 'content-type': 'application/apply-patch+yaml' });
  }

  merge(path: string, body: unknown): Promise<Reply> {
    return this.call('PATCH', path, body, { 'content-type': 'application/merge-patch+json' });
  }
}

export function cronTab(spec: Record<string, unknown> = { image: 'busybox' }, metadata: object = {}) {
  return {
    apiVersion: 'stable.example.com/v1',
    kind: 'CronTab',
    metadata: { name: 'c', ...metadata },
    spec,
  };
}
