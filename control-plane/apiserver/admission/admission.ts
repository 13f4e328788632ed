import type { KubernetesObject, ObjectKey } from '../../../shared/api/object.ts';
import type { ClusterSettings, KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { WriteRun } from '../outside-calls/write-run.ts';
import type { UserInfo } from '../registry/registry.ts';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE';

/** A write that is about to happen, as the plugins see it. */
export interface AdmissionRequest {
  operation: AdmissionOperation;
  kind: KindDefinition;
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
  /** Every object of a resource, or those in a namespace: for kinds of which there are few. Not to be changed. */
  list(resource: string, namespace?: string): readonly KubernetesObject[];
  /** Tells the client, without the leading code. */
  warn(text: string): void;
  /** Changes another object in the same transaction, if this write takes place. */
  alongside(key: ObjectKey, change: (object: KubernetesObject) => void): void;
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
  /** Writes to these subresources are meant, too; absent means to none. */
  subresources?: readonly string[];
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
    (request.subresource === undefined || plugin.subresources?.includes(request.subresource) === true) &&
    plugin.operations.includes(request.operation) &&
    (plugin.resources?.includes(request.resource) ?? true);
  return {
    admit(request) {
      for (const plugin of plugins) if (plugin.admit && meant(plugin, request)) plugin.admit(request);
    },
    validate(request) {
      for (const plugin of plugins) if (plugin.validate && meant(plugin, request)) plugin.validate(request);
    },
  };
}
