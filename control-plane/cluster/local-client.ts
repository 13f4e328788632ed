import { fromStatus, StatusError, unknownResource } from '../../shared/api/errors.ts';
import type { KubernetesObject, ObjectKey } from '../../shared/api/object.ts';
import { apiVersionOf, type KindDefinition } from '../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import { shardOf } from '../apiserver/http/shards.ts';
import { selection } from '../apiserver/registry/list.ts';
import type { Registry, UserInfo, WriteRequest } from '../apiserver/registry/registry.ts';
import type { ClientListQuery, ClusterClient, ObjectChange, WriteOperation, WriteResult } from '../client.ts';
import type { CommitQueue } from '../store/commit-queue.ts';
import type { Change, Store, StoreTransaction } from '../store/store.ts';

export interface LocalClientDeps {
  store: Store;
  commits: CommitQueue;
  registry: Registry;
  kinds: KindRegistry;
  /** As whom it writes, and the manager of the fields that it sets. */
  user: UserInfo;
  fieldManager: string;
  /** The shard that this object is; empty for the main one. */
  shard: string;
  /** The same client in another shard of the cluster. */
  sibling(shard: string): ClusterClient;
}

/** The client of components that run where the data is: reads are SQL, a batch of writes is one transaction. */
export function createLocalClient(deps: LocalClientDeps): ClusterClient {
  const { store, commits, registry, kinds, shard } = deps;
  const at = (resource: string): ClusterClient | undefined => {
    const where = shardOf(kinds, resource);
    return where === shard ? undefined : deps.sibling(where);
  };

  async function list<T extends KubernetesObject>(query: ClientListQuery): Promise<{ items: T[]; revision: number }> {
    const elsewhere = at(query.resource);
    if (elsewhere) return elsewhere.list<T>(query);
    const { namespace = '', labelSelector, fieldSelector, owner, nodeName } = query;
    const kind = kindOf(kinds, query.resource);
    const page = store.list({
      ...selection({ kind, namespace, labelSelector, fieldSelector }),
      ...(owner ? { owner } : {}),
      ...(nodeName ? { nodeName } : {}),
    });
    return { items: page.items.map((item) => registry.parse<T>(item)), revision: page.revision };
  }

  async function writeHere(operations: readonly WriteOperation[], atomic: boolean): Promise<WriteResult[]> {
    const requests = operations.map((operation) => requestOf(deps, operation));
    const work = (tx: StoreTransaction) => requests.map((request) => apply(registry, tx, request, atomic));
    if (!atomic) return commits.submit(work);
    try {
      return await commits.submit(work);
    } catch (error) {
      // Nothing was written; every operation of the batch shares the reason.
      if (error instanceof StatusError) return operations.map(() => failed(error));
      throw error;
    }
  }

  return {
    async get<T extends KubernetesObject>(key: ObjectKey) {
      const elsewhere = at(key.resource);
      if (elsewhere) return elsewhere.get<T>(key);
      const stored = store.get(key);
      return stored && registry.parse<T>(stored);
    },
    list,
    async changes({ after, resources, limit }) {
      const { changes, revision } = store.changes({ after, resources, limit });
      return { changes: changes.map(objectChange), revision };
    },
    async write(operations, { atomic = false } = {}) {
      const results = new Array<WriteResult>(operations.length);
      for (const [where, indexes] of groupByShard(kinds, operations)) {
        const part = indexes.map((index) => operations[index]!);
        const done =
          where === shard ? await writeHere(part, atomic) : await deps.sibling(where).write(part, { atomic });
        indexes.forEach((index, position) => {
          results[index] = done[position]!;
        });
      }
      return results;
    },
  };
}

/** The client as another object offers it over RPC: errors come back as errors of this side. */
export interface RemoteClientPort {
  call(method: 'get' | 'list' | 'changes' | 'write', args: unknown[]): Promise<RemoteAnswer>;
}

/** `value` or a `metav1.Status`: an error class does not survive the way between objects. */
export interface RemoteAnswer {
  value?: unknown;
  status?: ReturnType<StatusError['toStatus']>;
}

export function createRemoteClient(port: RemoteClientPort): ClusterClient {
  const call = async <T>(method: 'get' | 'list' | 'changes' | 'write', ...args: unknown[]): Promise<T> => {
    const { value, status } = await port.call(method, args);
    if (status) throw fromStatus(status);
    return value as T;
  };
  return {
    get: (key) => call('get', key),
    list: (query) => call('list', query),
    changes: (query) => call('changes', query),
    write: (operations, options) => call('write', operations, options ?? {}),
  };
}

/** The other end of `createRemoteClient`. */
export async function answerRemote(
  client: ClusterClient,
  method: keyof ClusterClient,
  args: unknown[],
): Promise<RemoteAnswer> {
  try {
    const run = client[method] as (...rest: unknown[]) => Promise<unknown>;
    return { value: await run(...args) };
  } catch (error) {
    if (error instanceof StatusError) return { status: error.toStatus() };
    throw error;
  }
}

function groupByShard(kinds: KindRegistry, operations: readonly WriteOperation[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  operations.forEach((operation, index) => {
    const shard = shardOf(kinds, resourceOf(operation));
    groups.set(shard, [...(groups.get(shard) ?? []), index]);
  });
  return groups;
}

function resourceOf(operation: WriteOperation): string {
  return 'key' in operation ? operation.key.resource : operation.resource;
}

function kindOf(kinds: KindRegistry, resource: string): KindDefinition {
  const kind = kinds.byResource(resource);
  if (!kind) throw unknownResource();
  return kind;
}

function requestOf({ kinds, user, fieldManager }: LocalClientDeps, operation: WriteOperation): WriteRequest {
  const kind = kindOf(kinds, resourceOf(operation));
  const options = { kind, user, fieldManager, fieldValidation: 'Ignore' as const };
  switch (operation.verb) {
    case 'create': {
      const { object, subresource } = operation;
      const { namespace = '', name } = object.metadata;
      return { verb: 'create', ...options, namespace, body: object, subresource, name: subresource ? name : undefined };
    }
    case 'update': {
      const { object, subresource } = operation;
      const { namespace = '', name = '' } = object.metadata;
      return { verb: 'update', ...options, namespace, name, body: object, subresource };
    }
    case 'patch': {
      const { key, patch, preconditions, subresource } = operation;
      const body = preconditions ? withPreconditions(patch, preconditions) : patch;
      return {
        verb: 'patch',
        ...options,
        namespace: key.namespace,
        name: key.name,
        patchType: 'merge',
        body,
        subresource,
      };
    }
    case 'delete': {
      const { key, preconditions, gracePeriodSeconds, propagationPolicy } = operation;
      const deletion = { preconditions, gracePeriodSeconds, propagationPolicy };
      return { verb: 'delete', ...options, namespace: key.namespace, name: key.name, options: deletion };
    }
    case 'bind': {
      const { key, node, preconditions } = operation;
      const body = {
        apiVersion: apiVersionOf(kind),
        kind: 'Binding',
        metadata: { name: key.name, namespace: key.namespace, ...preconditions },
        target: { apiVersion: 'v1', kind: 'Node', name: node },
      };
      return { verb: 'create', ...options, namespace: key.namespace, name: key.name, subresource: 'binding', body };
    }
  }
}

function withPreconditions(patch: Record<string, unknown>, preconditions: { uid?: string; resourceVersion?: string }) {
  const metadata = patch.metadata as Record<string, unknown> | undefined;
  return { ...patch, metadata: { ...metadata, ...preconditions } };
}

function apply(registry: Registry, tx: StoreTransaction, request: WriteRequest, atomic: boolean): WriteResult {
  try {
    const outcome = JSON.parse(registry.write(tx, request).json) as KubernetesObject;
    return outcome.kind === 'Status' ? {} : { object: outcome };
  } catch (error) {
    if (!atomic && error instanceof StatusError) return failed(error);
    throw error;
  }
}

function failed(error: StatusError): WriteResult {
  return { error: { code: error.code, reason: error.reason, message: error.message } };
}

function objectChange({ revision, type, key, json, previous }: Change): ObjectChange {
  const object = JSON.parse(json) as KubernetesObject;
  return { revision, type, key, object, ...(previous ? { previous: JSON.parse(previous) as KubernetesObject } : {}) };
}
