import type { ConfigMap, Secret, Service } from '../../shared/api/object.ts';

/** What Pods may use of the cluster, as this node knows it. */
export interface ClusterView {
  configMap(namespace: string, name: string): ConfigMap | undefined;
  secret(namespace: string, name: string): Secret | undefined;
  services(): Iterable<Service>;
}

/** The Pod asks for something that is not there; the container waits with CreateContainerConfigError. */
export class ContainerConfigError extends Error {
  override readonly name = 'ContainerConfigError';
}
