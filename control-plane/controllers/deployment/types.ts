import type * as models from '@kubernetes/client-node';
import type { KubernetesObject, Wire } from '../../../shared/api/object.ts';

export interface Deployment extends KubernetesObject {
  spec?: Wire<models.V1DeploymentSpec>;
  status?: Wire<models.V1DeploymentStatus>;
}

export interface ReplicaSet extends KubernetesObject {
  spec?: Wire<models.V1ReplicaSetSpec>;
  status?: Wire<models.V1ReplicaSetStatus>;
}

export type DeploymentStatus = NonNullable<Deployment['status']>;
export type DeploymentCondition = NonNullable<DeploymentStatus['conditions']>[number];

export function replicasOf({ spec }: Deployment | ReplicaSet): number {
  return spec?.replicas ?? 1;
}

export function sumOf<T>(items: readonly T[], count: (item: T) => number | undefined): number {
  return items.reduce((sum, item) => sum + (count(item) ?? 0), 0);
}
