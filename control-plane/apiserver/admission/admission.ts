import type { DeleteOptions, KubernetesObject, ObjectKey } from '../../../shared/api/object.ts';
import type { ClusterSettings, KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { WriteRun } from '../outside-calls/write-run.ts';
import type { UserInfo, WriteOptions } from '../registry/registry.ts';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** A write that is about to happen, as the plugins see it. */
export interface AdmissionRequest {
  operation: AdmissionOperation;
  /** The kind that is stored. */
  kind: KindDefinition;
  /** The form of `kind` that the client speaks of; mostly the same. */
  served: KindDefinition;
  /** What `object` is: `kind`, or the type of the body that a subresource takes (`Scale`, `Binding`). */
  type: { group: string; version: string; kind: string };
  /** `pods`, `deployments.apps`. */
  resource: string;
  namespace: string;
  /** Empty while `generateName` has not been resolved. */
  name: string;
  subresource?: string;
  /** State that is to be stored; absent for DELETE. Mutating plugins change it in place. */
  object?: KubernetesObject;
  /** Stored state; absent for CREATE. */
  old?: KubernetesObject;
  user: UserInfo;
  settings: ClusterSettings;
  /** The moment of the write, epoch ms. */
  nowMs: number;
  /** For plugins that ask outside of the cluster's object. */
  run: Pick<WriteRun, 'asks' | 'answers'>;
  /** In [0, 1). */
  random(): number;
  get(key: ObjectKey): KubernetesObject | undefined;
  /**
   * Every object of a resource, or those in a namespace, or the first of them. Without a limit for kinds of which there
   * are few. Not to be changed.
   */
  list(resource: string, namespace?: string, limit?: number): readonly KubernetesObject[];
  /** Tells the client, without the leading code. */
  warn(text: string): void;
  /** Changes another object in the same transaction, if this write takes place. */
  alongside(key: ObjectKey, change: (object: KubernetesObject) => void): void;
  /** What the client asked for besides. */
  options: Pick<WriteOptions, 'fieldManager' | 'fieldValidation'> & { dryRun: boolean; deleteOptions?: DeleteOptions };
  /** Adds to the event in the audit log; the first value of a key stays. */
  annotate(key: string, value: string): void;
  /** A new state of `object`, pruned and defaulted, out of what was made of it in a form of its kind. */
  decode(body: unknown, form: KindDefinition): KubernetesObject;
  invocation: Invocation;
}

/** Mutating plugins run once more when one of them has asked for it. */
export interface Invocation {
  isAgain: boolean;
  /** Set by a plugin whose change the plugins before it ought to see. */
  wantsAgain: boolean;
  /** What plugins remember from the first time, by their name. */
  memory: Map<string, unknown>;
}

export function firstInvocation(): Invocation {
  return { isAgain: false, wantsAgain: false, memory: new Map() };
}

/**
 * One rule about writes that is not the business of a single kind. What it applies to is data (`operations`,
 * `resources`), so that a write pays only for the plugins that mean it.
 */
export interface AdmissionPlugin {
  name: string;
  operations: readonly AdmissionOperation[];
  /** Storage names; absent means every resource. */
  resources?: readonly string[];
  /** Writes to these subresources are meant, too, or to all of them; absent means to none. */
  subresources?: readonly string[] | 'all';
  /** Changes the object, or refuses by throwing a StatusError. */
  admit?(request: AdmissionRequest): void;
  /** Refuses by throwing a StatusError. Sees the object as it will be stored. */
  validate?(request: AdmissionRequest): void;
}

export interface AdmissionChain {
  admit(request: AdmissionRequest): void;
  validate(request: AdmissionRequest): void;
}

/** Runs plugins in order. */
export function createAdmission(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  const meant = (plugin: AdmissionPlugin, request: AdmissionRequest) =>
    (request.subresource === undefined ||
      plugin.subresources === 'all' ||
      plugin.subresources?.includes(request.subresource) === true) &&
    plugin.operations.includes(request.operation) &&
    (plugin.resources?.includes(request.resource) ?? true);
  const admitOnce = (request: AdmissionRequest) => {
    for (const plugin of plugins) if (plugin.admit && meant(plugin, request)) plugin.admit(request);
  };
  return {
    admit(request) {
      admitOnce(request);
      if (!request.invocation.wantsAgain) return;
      request.invocation.isAgain = true;
      admitOnce(request);
    },
    validate(request) {
      for (const plugin of plugins) if (plugin.validate && meant(plugin, request)) plugin.validate(request);
    },
  };
}
