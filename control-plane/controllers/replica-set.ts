import { type LabelSelectorObject, labelSelectorFromObject } from '../../shared/api/selectors.ts';
import { defineReplicationController } from './replication/controller.ts';

/** Keeps `spec.replicas` Pods of a ReplicaSet. */
export default defineReplicationController({
  component: 'replicaset-controller',
  resource: 'replicasets.apps',
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  selectorOf: ({ spec }) => labelSelectorFromObject((spec?.selector ?? {}) as LabelSelectorObject),
  countsTerminating: true,
});
