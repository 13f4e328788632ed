import { StatusError } from '../../shared/api/errors.ts';
import type { KubernetesObject, ObjectKey } from '../../shared/api/object.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import { shardOf } from '../apiserver/http/shards.ts';
import { AnswersNeeded } from '../apiserver/outside-calls/question.ts';
import type { WriteQueue } from '../apiserver/outside-calls/write-queue.ts';
import type { WriteRun } from '../apiserver/outside-calls/write-run.ts';
import { selection } from '../apiserver/registry/list.ts';
import type { Registry, WriteRequest } from '../apiserver/registry/registry.ts';
import type {
  ClientList,
  ClientListQuery,
  ClusterAuthority,
  ClusterClient,
  ObjectChange,
  WriteOperation,
  WriteResult,
} from '../client.ts';
import type { Change, Store, StoreTransaction } from '../store/store.ts';
import { kindOf, resourceOf, type Writer, writeRequest } from './write-requests.ts';

export interface LocalClientDeps extends Writer {
  store: Store;
  writes: WriteQueue;
  registry: Registry;
  /** As for the verbs of the API. */
  prepare?(writes: readonly WriteRequest[]): Promise<void>;
  /** Only in the main object. */
  authority?: ClusterAuthority;
  /** The shard that this object is; empty for the main one. */
  shard: string;
  /** The same client in another shard of the cluster. */
  sibling(shard: string): ClusterClient;
}

/**
 * The client of components that run where the data is: reads are SQL, a batch of writes is one transaction. What lives
 * in another shard is asked for there; `changes` are those of this shard alone.
 */
export function createLocalClient(deps: LocalClientDeps): ClusterClient {
  const { store, registry, kinds, shard } = deps;
  const elsewhere = (resource: string): ClusterClient | undefined => {
    const where = shardOf(kinds, resource);
    return where === shard ? undefined : deps.sibling(where);
  };
  const authority = () => deps.authority ?? deps.sibling('');
  return {
    async get<T extends KubernetesObject>(key: ObjectKey) {
      const other = elsewhere(key.resource);
      if (other) return other.get<T>(key);
      const stored = store.get(key);
      return stored && registry.parse<T>(stored);
    },
    async list<T extends KubernetesObject>(query: ClientListQuery) {
      return elsewhere(query.resource)?.list<T>(query) ?? listHere<T>(deps, query);
    },
    async changes(query) {
      const { changes, revision } = store.changes(query);
      return { changes: changes.map(objectChange), revision };
    },
    async write(operations, { atomic = false } = {}) {
      const results = new Array<WriteResult>(operations.length);
      for (const [where, indexes] of groupByShard(kinds, operations)) {
        const part = indexes.map((index) => operations[index]!);
        const done =
          where === shard ? await writeHere(deps, part, atomic) : await deps.sibling(where).write(part, { atomic });
        indexes.forEach((index, position) => {
          results[index] = done[position]!;
        });
      }
      return results;
    },
    isAllowed: (user, attributes) => authority().isAllowed(user, attributes),
    sign: (statement) => authority().sign(statement),
    clientAuthorities: () => authority().clientAuthorities(),
    checkApi: (apiService) => authority().checkApi(apiService),
    context: (query) => authority().context(query),
    locate: (destination) => authority().locate(destination),
  };
}

/** A page of objects is parsed as a whole, and is then several times as large. */
const pageUnits = 1024 * 1024;

function listHere<T extends KubernetesObject>(deps: LocalClientDeps, query: ClientListQuery): ClientList<T> {
  const { store, registry, kinds } = deps;
  const { owner, nodeName, limit, after } = query;
  const selected = selection({ ...query, kind: kindOf(kinds, query.resource), namespace: query.namespace ?? '' });
  const { items, revision, next } = store.list({
    ...selected,
    ...(owner ? { owner } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(limit ? { limit, units: pageUnits } : {}),
    ...(after ? { after } : {}),
    ...(after?.revision === undefined ? {} : { atRevision: after.revision }),
  });
  return {
    items: items.map((stored) => registry.parse<T>(stored)),
    revision,
    ...(next ? { next: { ...next, revision } } : {}),
  };
}

async function writeHere(
  deps: LocalClientDeps,
  operations: readonly WriteOperation[],
  atomic: boolean,
): Promise<WriteResult[]> {
  if (deps.prepare) await deps.prepare(operations.map((operation) => writeRequest(deps, operation)));
  if (atomic) return writeAtomically(deps, operations);
  return deps.writes.submit((tx, runOf) =>
    operations.map((operation, index) => judge(deps, tx, { operation, run: runOf(index) })),
  );
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
    return await deps.writes.submit((tx, runOf) => {
      const results: WriteResult[] = [];
      for (const [index, operation] of operations.entries()) {
        const result = judge(deps, tx, { operation, run: runOf(index) });
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

function judge(
  deps: LocalClientDeps,
  tx: StoreTransaction,
  { operation, run }: { operation: WriteOperation; run: WriteRun },
): WriteResult {
  try {
    const { json } = deps.registry.write(tx, writeRequest(deps, operation), run);
    const isGone = operation.verb === 'delete' && !tx.get(operation.key);
    return isGone || operation.verb === 'bind' ? {} : { object: JSON.parse(json) as KubernetesObject };
  } catch (error) {
    // The transaction comes to nothing, but the operations after this one are to say what they would ask.
    if (error instanceof AnswersNeeded) return {};
    if (!(error instanceof StatusError)) throw error;
    const { code, reason, message } = error;
    return { error: { code, reason, message } };
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

/** Its objects are parsed when somebody looks: most changes are judged by their key alone, or by one of the two states. */
function objectChange({ revision, type, key, json, previous }: Change): ObjectChange {
  let object: KubernetesObject | undefined;
  let before: KubernetesObject | undefined;
  const change = {
    revision,
    type,
    key,
    get object() {
      object ??= JSON.parse(json) as KubernetesObject;
      return object;
    },
  };
  if (previous === undefined) return change;
  return Object.defineProperty(change as ObjectChange, 'previous', {
    enumerable: true,
    get() {
      before ??= JSON.parse(previous) as KubernetesObject;
      return before;
    },
  });
}
