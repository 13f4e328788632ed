import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { ClusterSettings } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import type { ClusterClient, ObjectChange } from '../../client.ts';

/** Wall-clock time, injected. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Structured: a constant message, the variable parts in `fields`. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** How far a component has got. */
export interface Progress {
  /** Everything up to here has been dealt with. */
  revision: number;
  /** Keys to look at later: epoch ms by `controller/key`. */
  delays?: Record<string, number>;
}

/** Keeps the progress of one component over restarts, in one row. */
export interface Cursor {
  load(): Promise<Progress | undefined>;
  save(progress: Progress): Promise<void>;
}

export interface EventInput {
  object: KubernetesObject;
  type: 'Normal' | 'Warning';
  /** UpperCamelCase, for machines. */
  reason: string;
  message: string;
  /** Who says so, by Kubernetes' name: `replication-controller`. */
  component: string;
}

/** Best effort: neither call throws, and an event may be dropped. */
export interface EventRecorder {
  record(event: EventInput): void;
  /** Writes what was recorded. */
  flush(): Promise<void>;
}

/** The part of a client that mapping a change to keys may use; its lists are shared by the changes of one batch. */
export type Reader = Pick<ClusterClient, 'get' | 'list'>;

export interface ReconcileDeps {
  client: ClusterClient;
  clock: Clock;
  /** In [0, 1). */
  random(): number;
  recorder: EventRecorder;
  log: Log;
  settings: ClusterSettings;
  kinds: KindRegistry;
}

export interface Watch {
  /** Storage name (`pods`), or `*` for every resource that can own or be owned. */
  resource: string;
  /**
   * The keys that a change concerns. After a relist every object arrives as ADDED, so what depends on a DELETED that
   * nobody saw must also follow from the objects that are left.
   */
  toKeys(change: ObjectChange, deps: { reader: Reader; kinds: KindRegistry }): string[] | Promise<string[]>;
}

export interface ReconcileResult {
  /** Look at the key again after this many milliseconds, whether or not anything changes. */
  requeueAfterMs?: number;
  /** The key to look at then, if it is another one: how a controller remembers without memory. */
  requeueKey?: string;
}

export interface ControllerDefinition {
  name: string;
  watches: readonly Watch[];
  /**
   * Brings the cluster to what `key` asks for. Returns = done; throws = tried again with exponential back-off;
   * throws `TerminalError` = not tried again before something changes. Idempotent, and never runs twice at once
   * for the same key.
   */
  reconcile(key: string, deps: ReconcileDeps): Promise<ReconcileResult | undefined>;
}

/** Declares a controller. A file in `control-plane/controllers/` that default-exports the result is all it takes. */
export function defineController(definition: ControllerDefinition): ControllerDefinition {
  return definition;
}

/** Trying again would fail again: wait for a change. */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TerminalError';
  }
}
