import { labelSelectorFromSet } from '../../shared/api/selectors.ts';
import { defineReplicationController } from './replication/controller.ts';

/** Keeps `spec.replicas` Pods of a ReplicationController. */
export default defineReplicationController({
  component: 'replication-controller',
  resource: 'replicationcontrollers',
  apiVersion: 'v1',
  kind: 'ReplicationController',
  selectorOf: ({ spec }) => labelSelectorFromSet((spec?.selector ?? {}) as Record<string, string>),
  countsTerminating: false,
});
