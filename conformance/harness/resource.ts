import type { KubernetesListObject, KubernetesObject, V1ObjectMeta, V1Status } from '@kubernetes/client-node';
import type { ApiClient, Ask, Query } from './client.ts';
import { Watch } from './watch.ts';

/** A kind as clients address it. */
export interface Kind<T> {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  /** Carries the type only. */
  object?: T;
}

type ServedMeta = V1ObjectMeta & { name: string; uid: string; resourceVersion: string };

/** An object as the server returns it: with metadata, and with the parts that every served object of its type has. */
export type Served<T> = Required<Omit<T, 'metadata'>> & { metadata: ServedMeta };

export interface ServedList<T> extends KubernetesListObject<KubernetesObject> {
  items: Array<Served<T> & KubernetesObject>;
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

/** What is sent: the type's fields, as strict or as loose as the test wants them. */
export type Draft<T> = Partial<T> & { metadata?: V1ObjectMeta };

export const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export interface PatchOptions {
  type?: keyof typeof patchTypes;
  subresource?: string;
  query?: Query;
}

/** One resource, in one namespace or cluster-wide. Everything throws ApiError when the server refuses. */
export interface ResourceClient<T> {
  path: string;
  create(object: Draft<T>, query?: Query): Promise<Served<T>>;
  get(name: string, subresource?: string): Promise<Served<T>>;
  list(query?: Query): Promise<ServedList<T>>;
  update(object: Draft<T>, options?: { subresource?: string; query?: Query }): Promise<Served<T>>;
  patch(name: string, patch: unknown, options?: PatchOptions): Promise<Served<T>>;
  /** The Status, or the object where it is still on its way out. */
  delete(name: string, options?: object): Promise<Served<T> | V1Status>;
  deleteCollection(query?: Query, options?: object): Promise<unknown>;
  watch(query?: Query): Promise<Watch<Served<T>>>;
}

export function resourceClient<T>(
  client: ApiClient,
  kind: Kind<T>,
  scope: { namespace?: string | undefined; opened: (watch: Watch<Served<T>>) => void },
): ResourceClient<T> {
  const path = `${groupPath(kind.apiVersion)}${scope.namespace ? `/namespaces/${scope.namespace}` : ''}/${kind.plural}`;
  const itemPath = (name: string, subresource?: string) => `${path}/${name}${subresource ? `/${subresource}` : ''}`;
  const typed = (object: Draft<T>) => ({ apiVersion: kind.apiVersion, kind: kind.kind, ...object });
  return {
    path,
    create: (object, query = {}) => client.ask('POST', path, { query, body: typed(object) }),
    get: (name, subresource) => client.ask('GET', itemPath(name, subresource)),
    list: (query = {}) => client.ask('GET', path, { query }),
    update: (object, { subresource, query = {} } = {}) =>
      client.ask('PUT', itemPath(object.metadata!.name!, subresource), { query, body: typed(object) }),
    patch: (name, patch, { type = 'merge', subresource, query = {} } = {}) =>
      client.ask('PATCH', itemPath(name, subresource), {
        query: type === 'apply' ? { fieldManager: 'conformance', ...query } : query,
        headers: { 'content-type': patchTypes[type] },
        body: type === 'apply' ? typed(patch as Draft<T>) : patch,
      }),
    delete: (name, options) => client.ask('DELETE', itemPath(name), deleteOptions(options)),
    deleteCollection: (query = {}, options) => client.ask('DELETE', path, { query, ...deleteOptions(options) }),
    async watch(query = {}) {
      const watch = await Watch.open<Served<T>>(client, path, query);
      scope.opened(watch);
      return watch;
    },
  };
}

function deleteOptions(options: object | undefined): Ask {
  return options ? { body: { apiVersion: 'v1', kind: 'DeleteOptions', ...options } } : {};
}

/** Where a group version is served. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
