import { StatusError, unknownResource } from '../../shared/api/errors.ts';
import type { KubernetesObject, ObjectKey } from '../../shared/api/object.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import type {
  ClientListQuery,
  ClusterClient,
  ObjectChange,
  Preconditions,
  WriteOperation,
  WriteResult,
} from '../client.ts';
import type { CommitQueue } from '../store/commit-queue.ts';
import type { Change, Store, StoreTransaction } from '../store/store.ts';
import { selection } from './registry/list.ts';
import type { Registry, UserInfo, WriteRequest } from './registry/registry.ts';

export interface LocalClientDeps {
  store: Store;
  commits: CommitQueue;
  registry: Registry;
  kinds: KindRegistry;
  /** Who reads and writes: a component's own identity, such as `system:kube-scheduler`. */
  user: UserInfo;
  /** Its name in `managedFields`. */
  fieldManager: string;
}

/** The client of a component that lives in the same object as the store: reads are SQL, a write is one transaction. */
export function createLocalClient(deps: LocalClientDeps): ClusterClient {
  const { store, registry } = deps;
  return {
    async get<T extends KubernetesObject>(key: ObjectKey) {
      const stored = store.get(key);
      return stored && registry.parse<T>(stored);
    },
    async list<T extends KubernetesObject>(query: ClientListQuery) {
      const { owner, nodeName } = query;
      const selected = selection({ ...query, kind: kindOf(deps, query.resource), namespace: query.namespace ?? '' });
      const { items, revision } = store.list({
        ...selected,
        ...(owner ? { owner } : {}),
        ...(nodeName ? { nodeName } : {}),
      });
      return { items: items.map((stored) => registry.parse<T>(stored)), revision };
    },
    async changes(query) {
      const { changes, revision } = store.changes(query);
      return { changes: changes.map(objectChange), revision };
    },
    write: (operations, options) => (options?.atomic ? writeAtomically(deps, operations) : writeEach(deps, operations)),
  };
}

function writeEach(deps: LocalClientDeps, operations: readonly WriteOperation[]): Promise<WriteResult[]> {
  return deps.commits.submit((tx) => operations.map((operation) => judge(deps, tx, operation)));
}

/** Undoes a transaction and says how far it had come. */
class Aborted extends Error {
  readonly results: WriteResult[];
  constructor(results: WriteResult[]) {
    super('an operation of an atomic batch failed');
    this.results = results;
  }
}

async function writeAtomically(deps: LocalClientDeps, operations: readonly WriteOperation[]): Promise<WriteResult[]> {
  try {
    return await deps.commits.submit((tx) => {
      const results: WriteResult[] = [];
      for (const operation of operations) {
        const result = judge(deps, tx, operation);
        results.push(result);
        if (result.error) throw new Aborted(results);
      }
      return results;
    });
  } catch (error) {
    if (!(error instanceof Aborted)) throw error;
    const failed = error.results.length - 1;
    const undone = { error: { code: 409, reason: 'Conflict', message: 'another operation of the batch failed' } };
    return operations.map((_operation, index) => (index === failed ? (error.results[failed] ?? undone) : undone));
  }
}

function judge(deps: LocalClientDeps, tx: StoreTransaction, operation: WriteOperation): WriteResult {
  try {
    const request = requestOf(deps, operation);
    const { json } = deps.registry.write(tx, request);
    const isGone = operation.verb === 'delete' && !tx.get(operation.key);
    return isGone ? {} : { object: JSON.parse(json) as KubernetesObject };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const { code, reason, message } = error;
    return { error: { code, reason, message } };
  }
}

function requestOf(deps: LocalClientDeps, operation: WriteOperation): WriteRequest {
  const resource = 'key' in operation ? operation.key.resource : operation.resource;
  const meta = 'key' in operation ? operation.key : operation.object.metadata;
  const { user, fieldManager } = deps;
  // Components are built with the server: a field that it does not know is a bug that should show.
  const common = {
    kind: kindOf(deps, resource),
    namespace: meta.namespace ?? '',
    name: meta.name ?? '',
    user,
    fieldManager,
    fieldValidation: 'Strict' as const,
  };
  switch (operation.verb) {
    case 'create': {
      // The name is part of the URL only below an object.
      const { subresource, object } = operation;
      return { ...common, verb: 'create', body: object, subresource, name: subresource ? common.name : undefined };
    }
    case 'update':
      return { ...common, verb: 'update', body: operation.object, subresource: operation.subresource };
    case 'patch': {
      const body = withPreconditions(operation.patch, operation.preconditions);
      return { ...common, verb: 'patch', patchType: 'merge', body, subresource: operation.subresource };
    }
    case 'delete': {
      const { preconditions, gracePeriodSeconds, propagationPolicy } = operation;
      return { ...common, verb: 'delete', options: { preconditions, gracePeriodSeconds, propagationPolicy } };
    }
    case 'bind': {
      const metadata = { ...operation.preconditions, name: common.name, namespace: common.namespace };
      const body = { metadata, target: { kind: 'Node', name: operation.node } };
      return { ...common, verb: 'create', subresource: 'binding', body };
    }
  }
}

/** A uid or resourceVersion in the patched object is a precondition like any other. */
function withPreconditions(patch: Record<string, unknown>, preconditions: Preconditions | undefined) {
  if (!preconditions) return patch;
  return { ...patch, metadata: { ...(patch.metadata as object | undefined), ...preconditions } };
}

function kindOf({ kinds }: LocalClientDeps, resource: string) {
  const kind = kinds.byResource(resource);
  if (!kind) throw unknownResource();
  return kind;
}

function objectChange({ revision, type, key, json, previous }: Change): ObjectChange {
  return {
    revision,
    type,
    key,
    object: JSON.parse(json) as KubernetesObject,
    ...(previous === undefined ? {} : { previous: JSON.parse(previous) as KubernetesObject }),
  };
}
