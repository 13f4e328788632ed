import type * as models from '@kubernetes/client-node';
import type { KubernetesObject, OwnerReference, Pod, Wire } from '../../../shared/api/object.ts';
import type { LabelSelector } from '../../../shared/api/selectors.ts';

/** What ReplicationController and ReplicaSet have in common: a number of Pods of one template. */
export interface ReplicaOwner extends KubernetesObject {
  spec?: {
    replicas?: number;
    minReadySeconds?: number;
    template?: Wire<models.V1PodTemplateSpec>;
    selector?: unknown;
  };
  status?: ReplicaStatus;
}

/** Counters are absent where they are zero, except `replicas`. */
export interface ReplicaStatus {
  replicas: number;
  fullyLabeledReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  terminatingReplicas?: number;
  observedGeneration?: number;
  conditions?: Wire<models.V1ReplicationControllerCondition>[];
}

/** A kind whose objects keep replicas, and what differs between such kinds. */
export interface ReplicaKind {
  /** Name of the controller, and the component that its events name. */
  component: string;
  /** Storage name. */
  resource: string;
  apiVersion: string;
  kind: string;
  selectorOf(owner: ReplicaOwner): LabelSelector;
  /** Whether the status counts the Pods that are on their way out. */
  countsTerminating: boolean;
}

export function referenceTo(
  { apiVersion, kind }: Pick<ReplicaKind, 'apiVersion' | 'kind'>,
  owner: KubernetesObject,
): OwnerReference {
  return {
    apiVersion,
    kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** Anything that makes Pods of a template. */
export interface TemplateOwner extends KubernetesObject {
  spec?: { template?: Wire<models.V1PodTemplateSpec> };
}

/** A new Pod of the template. */
export function podFromTemplate(kind: Pick<ReplicaKind, 'apiVersion' | 'kind'>, owner: TemplateOwner): Pod {
  const { metadata, spec } = owner.spec?.template ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      ...(metadata?.labels ? { labels: { ...metadata.labels } } : {}),
      ...(metadata?.annotations ? { annotations: { ...metadata.annotations } } : {}),
      ...(metadata?.finalizers ? { finalizers: [...metadata.finalizers] } : {}),
      ownerReferences: [referenceTo(kind, owner)],
    },
    spec: spec as Pod['spec'],
  };
}
