import { StatusError } from '../../../shared/api/errors.ts';
import type { JsonObject } from '../../../shared/api/json.ts';
import type { APIService } from '../../../shared/api/object.ts';
import type { ApiCheck } from '../../client.ts';
import type { Store } from '../../store/store.ts';
import type { StreamPlan } from '../http/verbs/log.ts';
import { type ApiChecksDeps, createApiChecks } from './api-checks.ts';
import {
  type AggregatedApi,
  type AggregatedRequest,
  aggregatedApi,
  apiServicesResource,
  apiUnavailable,
  type ReachDeps,
} from './api-services.ts';
import {
  createExtensionDocuments,
  type DocumentsDeps,
  type ExtensionDocuments,
  type Tagged,
} from './extension-documents.ts';
import type { OpenApiParts } from './openapi-v2.ts';
import type { Remembered } from './remembered.ts';

export interface Aggregation {
  /** The plan for a request whose path belongs to an aggregated API, if it does. Throws while nobody answers for it. */
  find(path: string): ((request: AggregatedRequest) => StreamPlan) | undefined;
  /** The aggregated group versions, without asking anybody for what they have. */
  list(): DiscoveredApi[];
  /** The same with what they say of themselves. */
  discover(): Promise<DiscoveredApi[]>;
  /** Asks the server behind an APIService whether it answers. */
  check(apiService: string): Promise<ApiCheck | undefined>;
  /** A request for this path did not reach its server. */
  suspect(path: string): void;
  /** What they add to the index of OpenAPI v3. */
  openApiV3(): Promise<DocumentedElsewhere<JsonObject>[]>;
  /** What they add to the document of OpenAPI v2. */
  openApiV2(): Promise<DocumentedElsewhere<OpenApiParts>[]>;
}

export interface DiscoveredApi extends Pick<AggregatedApi, 'group' | 'version' | 'groupPriority' | 'versionPriority'> {
  resources: readonly JsonObject[];
  /** True for one that does not say now what it has. */
  isStale: boolean;
}

/** What another server documents. `hash` changes with it. */
export interface DocumentedElsewhere<T> {
  content: T;
  hash: string;
}

export interface AggregationDeps extends ReachDeps, DocumentsDeps, Omit<ApiChecksDeps, 'find'> {
  store: Pick<Store, 'list' | 'onCommit'>;
}

interface Entry {
  api: AggregatedApi;
  documents: ExtensionDocuments;
}

/** Of requests, and of the documents of OpenAPI v3. */
const apiPath = /^(?:\/openapi\/v3)?\/apis\/([^/]+)\/([^/]+)(?:\/|$)/;

/**
 * The APIs of a cluster that are served by others. Read again after each change of an APIService; what they say of
 * themselves is asked for when somebody wants to know, and only of those that are available.
 */
export function createAggregation(deps: AggregationDeps): Aggregation {
  const entries = new Map<string, Entry>();
  const find = (name: string) => all().find((entry) => entry.api.name === name)?.api;
  const checks = createApiChecks({ ...deps, find });
  let isLoaded = false;
  const changed = new Set<string>();
  deps.store.onCommit((changes) => {
    for (const { key } of changes) if (key.resource === apiServicesResource) changed.add(key.name);
  });

  function load(): void {
    const services = deps.store.list({ resource: apiServicesResource }).items;
    const apis = services.flatMap(({ json }) => aggregatedApi(deps, JSON.parse(json) as APIService) ?? []);
    const names = new Set(apis.map(({ name }) => name));
    for (const name of entries.keys()) if (!names.has(name)) entries.delete(name);
    for (const api of apis) {
      const known = entries.get(api.name);
      if (known) known.api = api;
      else entries.set(api.name, newEntry(deps, api));
    }
    for (const name of changed) expire(entries.get(name));
    changed.clear();
    isLoaded = true;
  }

  const all = (): Entry[] => {
    if (!isLoaded || changed.size > 0) load();
    return [...entries.values()];
  };

  const at = (path: string): AggregatedApi | undefined => {
    const match = apiPath.exec(path);
    return match ? all().find(({ api }) => api.group === match[1] && api.version === match[2])?.api : undefined;
  };

  return {
    find(path) {
      const api = at(path);
      if (!api) return undefined;
      return (request) => {
        if (api.isAvailable) return planFor(api, request);
        checks.suspect(api.name);
        throw apiUnavailable();
      };
    },
    async check(name) {
      const api = find(name);
      return api ? checks.check(api) : {};
    },
    suspect(path) {
      const api = at(path);
      if (api) checks.suspect(api.name);
    },
    list: () => all().map(({ api }) => discovered(api, [], { isStale: !api.isAvailable })),
    discover: () =>
      Promise.all(
        all().map(async ({ api, documents }) => {
          const { value, problem } = api.isAvailable ? await documents.resources.get() : { problem: 'unavailable' };
          if (problem === undefined && value) return discovered(api, value, { isStale: false });
          checks.suspect(api.name);
          return discovered(api, [], { isStale: true });
        }),
      ),
    openApiV2: () => documented(all(), (documents) => documents.openApiV2),
    openApiV3: () => documented(all(), (documents) => documents.openApiV3),
  };
}

function newEntry(deps: AggregationDeps, api: AggregatedApi): Entry {
  const entry: Entry = { api, documents: createExtensionDocuments(deps, () => entry.api) };
  return entry;
}

function expire(entry: Entry | undefined): void {
  for (const document of Object.values(entry?.documents ?? {})) document.expire();
}

/** Whatever is wrong with the Service is nothing that a client could do anything about. */
function planFor(api: AggregatedApi, request: AggregatedRequest): StreamPlan {
  try {
    return api.plan(request);
  } catch (error) {
    if (error instanceof StatusError) throw apiUnavailable();
    throw error;
  }
}

function discovered(
  { group, version, groupPriority, versionPriority }: AggregatedApi,
  resources: readonly JsonObject[],
  { isStale }: { isStale: boolean },
): DiscoveredApi {
  return { group, version, groupPriority, versionPriority, resources, isStale };
}

/** The last documents that there were, in the order in which the group versions are preferred. */
async function documented<T>(
  entries: Entry[],
  documentOf: (documents: ExtensionDocuments) => Remembered<Tagged<T>>,
): Promise<DocumentedElsewhere<T>[]> {
  const byPriority = (a: Entry, b: Entry) =>
    b.api.groupPriority - a.api.groupPriority || (a.api.name < b.api.name ? -1 : 1);
  const documents = await Promise.all(
    entries.sort(byPriority).map(async ({ api, documents }) => {
      const document = documentOf(documents);
      return (api.isAvailable ? await document.get() : document.last()).value;
    }),
  );
  return documents.filter((document) => document !== undefined);
}
