import type {
  CoreV1Event,
  V1ConfigMap,
  V1Deployment,
  V1Endpoints,
  V1Namespace,
  V1Node,
  V1Pod,
  V1ReplicaSet,
  V1ReplicationController,
  V1Secret,
  V1Service,
  V1ServiceAccount,
} from '@kubernetes/client-node';
import type { Kind } from './resource.ts';

const namespaced =
  <T>() =>
  (apiVersion: string, kind: string, plural = `${kind.toLowerCase()}s`): Kind<T> => ({
    apiVersion,
    kind,
    plural,
    namespaced: true,
  });

const clusterScoped =
  <T>() =>
  (apiVersion: string, kind: string, plural = `${kind.toLowerCase()}s`): Kind<T> => ({
    apiVersion,
    kind,
    plural,
    namespaced: false,
  });

/** The kinds that rows are about, with the types of the official client. */
export const kinds = {
  configMap: namespaced<V1ConfigMap>()('v1', 'ConfigMap'),
  deployment: namespaced<V1Deployment>()('apps/v1', 'Deployment'),
  endpoints: namespaced<V1Endpoints>()('v1', 'Endpoints', 'endpoints'),
  event: namespaced<CoreV1Event>()('v1', 'Event'),
  namespace: clusterScoped<V1Namespace>()('v1', 'Namespace'),
  node: clusterScoped<V1Node>()('v1', 'Node'),
  pod: namespaced<V1Pod>()('v1', 'Pod'),
  replicaSet: namespaced<V1ReplicaSet>()('apps/v1', 'ReplicaSet'),
  replicationController: namespaced<V1ReplicationController>()('v1', 'ReplicationController'),
  secret: namespaced<V1Secret>()('v1', 'Secret'),
  service: namespaced<V1Service>()('v1', 'Service'),
  serviceAccount: namespaced<V1ServiceAccount>()('v1', 'ServiceAccount'),
};
