import type { KubernetesObject, ObjectKey } from '../shared/api/object.ts';
import type { RequestAttributes } from './apiserver/auth/authorize.ts';
import type { UserInfo } from './apiserver/registry/registry.ts';
import type { StoredObject } from './store/store.ts';

/**
 * What scheduler and controllers see of a cluster, wherever they run: in the Cluster object (local calls) or in an
 * object of their own (RPC). Everything that passes is structured-cloneable.
 */
export interface ClusterClient extends ClusterAuthority {
  get<T extends KubernetesObject>(key: ObjectKey): Promise<T | undefined>;
  /** Without `limit` everything; else a page, with `next` while there is more. */
  list<T extends KubernetesObject>(query: ClientListQuery): Promise<ClientList<T>>;
  /**
   * Changes after a revision, oldest first. Returns what there is, possibly nothing; a host calls the component's
   * `wake()` when there may be more. Throws StatusError `Expired` when the log no longer reaches back that far.
   */
  changes(query: { after: number; resources: readonly string[]; limit?: number }): Promise<ChangeBatch>;
  /**
   * Applies the operations in order in one transaction per shard. Each is judged on its own: one that fails does not
   * undo the others unless `atomic` is set: then the one that failed says why, and each other says that it was not done.
   * Validation, admission and status separation apply as for any client; a field that the schema does not know is refused.
   */
  write(operations: readonly WriteOperation[], options?: { atomic?: boolean }): Promise<WriteResult[]>;
}

/** What only the object can say that has the cluster's roles and keys; a key never leaves it. */
export interface ClusterAuthority {
  isAllowed(user: UserInfo, attributes: RequestAttributes): Promise<boolean>;
  /** The token, or the certificate in PEM. */
  sign(statement: Statement): Promise<string>;
  /** The authorities by whose certificates clients are known, in PEM, the newest first; none is made for this. */
  clientAuthorities(): Promise<string[]>;
  /**
   * Asks the server that an APIService leads to whether it answers. Undefined while others are being asked: again later.
   */
  checkApi(apiService: string): Promise<ApiCheck | undefined>;
  /** For shards: what of the main object decides about their requests. */
  context(query: ContextQuery): Promise<ShardContext>;
  /** Where a call of the cluster's own goes. Throws StatusError for a Service that nobody answers. */
  locate(destination: Destination): Promise<Location>;
}

export interface ContextQuery {
  namespaces: readonly string[];
  /** The version that is known. */
  configuration?: string | undefined;
}

export interface ShardContext {
  /** In the order of the question. */
  namespaces: (KubernetesObject | undefined)[];
  /** Absent where it is what is known. */
  configuration?: ShardConfiguration;
}

export interface ShardConfiguration {
  version: string;
  objects: StoredObject[];
}

export interface ServicePort {
  namespace: string;
  name: string;
  port: number;
}

/** A Service, or a host outside of the cluster. */
export type Destination = { service: ServicePort } | { host: string; port: number };

export interface Location {
  /** By whose connection it is reached, in the order in which to try; none where no node is there that could. */
  nodes: string[];
  host: string;
  port: number;
  /** Of the cluster is only who calls. */
  isOutside?: boolean;
}

export interface ApiCheck {
  /** In the words of Kubernetes; absent when it answers. */
  problem?: string;
}

export type Statement =
  /** A token for a ServiceAccount that lasts as long as the Secret that it is kept in. */
  | { type: 'secretToken'; namespace: string; serviceAccount: { name: string; uid: string }; secret: string }
  /** A certificate for what a request (PKCS #10, in PEM) asks for. */
  | { type: 'certificate'; request: string; usages: readonly string[]; expirationSeconds?: number };

export interface ClientListQuery {
  resource: string;
  namespace?: string;
  /** Kubernetes syntax. */
  labelSelector?: string;
  fieldSelector?: string;
  /** Only what this uid owns (an index of the store). */
  owner?: string;
  nodeName?: string;
  /** At most this many objects, and fewer where they are large. */
  limit?: number;
  /**
   * `next` of the page before: this page is of the same revision, and `Expired` when history no longer reaches back to
   * it. Without its `revision` it is of now.
   */
  after?: ListPosition;
}

/** Between two pages of a list. */
export interface ListPosition {
  namespace: string;
  name: string;
  revision?: number;
}

export interface ClientList<T> {
  items: T[];
  /** What the whole list is consistent at. */
  revision: number;
  /** Set when `limit` cut the list. */
  next?: ListPosition;
}

export interface ObjectChange {
  revision: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  key: ObjectKey;
  object: KubernetesObject;
  previous?: KubernetesObject;
}

export interface ChangeBatch {
  changes: ObjectChange[];
  /** Pass as `after` next time. */
  revision: number;
}

export type WriteOperation =
  | { verb: 'create'; resource: string; object: KubernetesObject; subresource?: string }
  | {
      verb: 'update';
      resource: string;
      /** With `metadata.resourceVersion`, a precondition. */
      object: KubernetesObject;
      subresource?: 'status' | 'approval' | 'finalize';
    }
  | {
      verb: 'patch';
      key: ObjectKey;
      /** JSON merge patch. */
      patch: Record<string, unknown>;
      subresource?: 'status';
      preconditions?: Preconditions;
    }
  | {
      verb: 'delete';
      key: ObjectKey;
      preconditions?: Preconditions;
      gracePeriodSeconds?: number;
      propagationPolicy?: string;
    }
  /** The binding subresource of a Pod. */
  | { verb: 'bind'; key: ObjectKey; node: string; preconditions?: Preconditions };

export interface Preconditions {
  uid?: string;
  resourceVersion?: string;
}

/** Exactly one of `object` and `error` is set; a completed deletion and a binding have neither. */
export interface WriteResult {
  object?: KubernetesObject;
  /** A `metav1.Status`. */
  error?: { code: number; reason: string; message: string };
}
