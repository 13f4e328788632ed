import type { JsonObject } from '../../../shared/api/json.ts';
import type { DeleteOptions, KubernetesObject, ObjectKey } from '../../../shared/api/object.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { StrictFindings } from '../../../shared/schema/decode.ts';
import type { StoredObject, StoreReader, StoreTransaction } from '../../store/store.ts';
import type { WriteRun } from '../outside-calls/write-run.ts';

/** Who asks. */
export interface UserInfo {
  name: string;
  groups: readonly string[];
  uid?: string;
  /** What else the credential says, by names such as `authentication.kubernetes.io/pod-name`. */
  extra?: Readonly<Record<string, readonly string[]>>;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** Options that every write takes. */
export interface WriteOptions {
  user: UserInfo;
  /** `fieldManager` parameter, or what is derived from the User-Agent as Kubernetes does. */
  fieldManager: string;
  /** Default `Warn`. */
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  dryRun?: boolean;
  /** Of the event in the audit log, where there is one: admission adds to them. */
  auditAnnotations?: Record<string, string> | undefined;
}

export interface Target {
  kind: KindDefinition;
  /** Empty string for cluster-scoped kinds. */
  namespace: string;
}

export interface CreateRequest extends Target, WriteOptions {
  verb: 'create';
  /** Parsed JSON. `raw` is the text it came from, where duplicate keys are looked for. */
  body: unknown;
  raw?: string;
  findings?: StrictFindings | undefined;
  name?: string;
  /** `binding`, `eviction`, ... */
  subresource?: string;
}

export interface UpdateRequest extends Target, WriteOptions {
  verb: 'update';
  name: string;
  body: unknown;
  raw?: string;
  findings?: StrictFindings | undefined;
  subresource?: string;
}

export interface PatchRequest extends Target, WriteOptions {
  verb: 'patch';
  name: string;
  patchType: PatchType;
  body: unknown;
  raw?: string;
  findings?: StrictFindings | undefined;
  /** Server-side apply: take fields over from other managers. */
  force?: boolean;
  subresource?: string;
}

export interface DeleteRequest extends Target, WriteOptions {
  verb: 'delete';
  name: string;
  options: DeleteOptions;
  /** The status that the object ends with: a node's last word on a Pod. No path of the API leads here. */
  finalStatus?: unknown;
}

export interface DeleteCollectionRequest extends Target, WriteOptions {
  verb: 'deletecollection';
  options: DeleteOptions;
  /** Only these, as far as they are still there: large collections are deleted in several transactions. */
  keys?: readonly ObjectKey[];
  labelSelector?: string;
  fieldSelector?: string;
}

/** A connection, which writes nothing and is admitted like a write. */
export interface ConnectRequest extends Target, WriteOptions {
  verb: 'connect';
  name: string;
  subresource: string;
  /** `PodProxyOptions` and its like, as far as the client has said. */
  options: JsonObject;
}

export type WriteRequest =
  | CreateRequest
  | UpdateRequest
  | PatchRequest
  | DeleteRequest
  | DeleteCollectionRequest
  | ConnectRequest;

export interface ListRequest extends Target {
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  /** Without a limit: a page ends with the object that brings its texts to this many UTF-16 units. */
  units?: number;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: string;
  /** Items as the store has them, for who presents them himself. */
  asStored?: boolean;
}

export interface WriteOutcome {
  /** 200 or 201; 202 is never used by these kinds. */
  code: number;
  /** The object, or a `Status`, or a `Scale`: what the client gets, as JSON text. */
  json: string;
  /** Texts of `Warning: 299 - "..."` headers. */
  warnings: string[];
}

export interface ListOutcome {
  kind: KindDefinition;
  items: StoredObject[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

/**
 * The object-level API of a cluster: everything between a parsed, authorized request and the store.
 * Reads and writes are synchronous; `write` runs inside a transaction of the commit queue and throws `StatusError`
 * before anything is put, so that a failed request leaves its transaction usable for the next one.
 */
export interface Registry {
  /** The text of the result is the answer, complete with `kind` and `apiVersion`. */
  get(reader: StoreReader, target: Target & { name: string; subresource?: string }): StoredObject;
  /** `encodeList` of `encoding.ts` makes the answer of it. */
  list(reader: StoreReader, request: ListRequest): ListOutcome;
  /** The same for lists of any size: at least one part, all of one moment, each read when it is asked for. */
  listParts(reader: StoreReader, request: ListRequest): Iterable<ListOutcome>;
  /**
   * `run` is the write's from a `WriteQueue`. A write without it asks nobody outside of the object: the cluster's own
   * first objects, and what nodes report.
   */
  write(tx: StoreTransaction, request: WriteRequest, run?: WriteRun): WriteOutcome;
  /** Parsed form of a stored object. */
  parse<T extends KubernetesObject>(stored: StoredObject): T;
}
