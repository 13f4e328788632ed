import type { ErrorSubject } from '../../../shared/api/errors.ts';
import type { KubernetesObject, ObjectKey } from '../../../shared/api/object.ts';
import {
  type ClusterSettings,
  type KindDefinition,
  resourceName,
  type StrategyContext,
} from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import type { StoreTransaction } from '../../store/store.ts';
import type { AdmissionChain } from '../admission/admission.ts';
import { convertingWrite } from '../conversion/converting-kind.ts';
import type { Conversions } from '../conversion/review.ts';
import type { WriteRun } from '../outside-calls/write-run.ts';
import type { WriteOptions, WriteRequest } from './registry.ts';
import { listObjects, readObject } from './transaction-reads.ts';

/** What the registry of a cluster is made of. */
export interface RegistryDeps {
  kinds: KindRegistry;
  settings: ClusterSettings;
  admission: AdmissionChain;
  /** Epoch milliseconds. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  uid(): string;
  /** Of custom resources by webhooks. */
  conversions?: Conversions;
  /** What admission and strategies may need and another object stores. */
  elsewhere?: ObjectsElsewhere | undefined;
}

export interface ObjectsElsewhere {
  get(key: ObjectKey): KubernetesObject | undefined;
  /** Undefined for what is stored here. */
  list(resource: string, namespace?: string): readonly KubernetesObject[] | undefined;
}

/** One write on its way from the request to the store. */
export interface WriteContext {
  readonly deps: RegistryDeps;
  readonly tx: StoreTransaction;
  /** The kind that is stored. */
  readonly kind: KindDefinition;
  /** The form in which the client writes and reads it: mostly the same. */
  readonly served: KindDefinition;
  readonly namespace: string;
  readonly options: WriteOptions;
  /** What the write takes from the world; the same each time that the write is run. */
  readonly run: WriteRun;
  /** For the strategy and for stamps: the moment and the user of this write. */
  readonly strategy: StrategyContext;
  /** Collected for the client. */
  readonly warnings: string[];
  /** What admission adds to the event in the audit log. */
  readonly auditAnnotations: Record<string, string>;
  /** What admission wants changed together with the object. */
  readonly alongside: Amendment[];
}

/** A change of another object than the one that a request is about. */
export interface Amendment {
  key: ObjectKey;
  change(object: KubernetesObject): void;
}

export function writeContext(
  deps: RegistryDeps,
  tx: StoreTransaction,
  { request, run }: { request: WriteRequest; run: WriteRun },
): WriteContext {
  const { namespace } = request;
  const served = convertingWrite(request.kind, run, deps.conversions);
  return contextFor(deps, tx, { kind: served.servedForm?.of ?? served, served, namespace, options: request, run });
}

function contextFor(
  deps: RegistryDeps,
  tx: StoreTransaction,
  target: Pick<WriteContext, 'kind' | 'served' | 'namespace' | 'options' | 'run'>,
): WriteContext {
  const { run } = target;
  const nowMs = run.now();
  return {
    deps,
    tx,
    ...target,
    warnings: [],
    alongside: [],
    auditAnnotations: target.options.auditAnnotations ?? {},
    strategy: {
      now: rfc3339(nowMs),
      nowMs,
      random: run.random,
      uid: run.uid,
      user: target.options.user,
      get: (key) => deps.elsewhere?.get(key) ?? readObject(tx, key),
      list: (resource, namespace, limit) =>
        deps.elsewhere?.list(resource, namespace) ?? listObjects(tx, resource, namespace, limit),
      isClaimed: (claim) => tx.claimant(claim) !== undefined,
      settings: deps.settings,
    },
  };
}

/** The same write for an object that exists: its own claims do not stand in its way. */
export function strategyFor(context: WriteContext, own: ObjectKey): StrategyContext {
  return {
    ...context.strategy,
    isClaimed: (claim) => {
      const holder = context.tx.claimant(claim);
      return holder !== undefined && !sameKey(holder, own);
    },
  };
}

export function sameKey(a: ObjectKey, b: ObjectKey): boolean {
  return a.name === b.name && a.namespace === b.namespace && a.resource === b.resource;
}

export function keyOf(target: { kind: KindDefinition; namespace: string }, name: string): ObjectKey {
  return { resource: resourceName(target.kind), namespace: target.namespace, name };
}

/** Subject of errors about an object of this kind. */
export function subjectOf(kind: KindDefinition, name?: string): ErrorSubject {
  return { group: kind.group, resource: kind.plural, kind: kind.kind, ...(name ? { name } : {}) };
}

/** A moment as API objects carry it: UTC, whole seconds. */
export function rfc3339(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
