// Written by scripts/generate-indexes.ts. Do not edit.
import configMap from './config-map.ts';
import deployment from './deployment.ts';
import endpoints from './endpoints.ts';
import event from './event.ts';
import namespace from './namespace.ts';
import node from './node.ts';
import pod from './pod.ts';
import replicaSet from './replica-set.ts';
import replicationController from './replication-controller.ts';
import secret from './secret.ts';
import service from './service.ts';
import serviceAccount from './service-account.ts';

export const builtInKinds = [
  configMap,
  deployment,
  endpoints,
  event,
  namespace,
  node,
  pod,
  replicaSet,
  replicationController,
  secret,
  service,
  serviceAccount,
];
