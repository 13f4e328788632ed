import type { KubernetesObject, ReplicaSet } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { validateReplicaSet, validateReplicaSetStatus, validateReplicaSetUpdate } from './replica-set/validate.ts';
import { countColumn, templateColumns } from './workloads/columns.ts';
import { selectorCell, selectorText } from './workloads/selector.ts';
import { workloadWarnings } from './workloads/warnings.ts';

export default defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: 'V1ReplicaSet',
  hasGeneration: true,
  subresources: {
    status: true,
    scale: {
      specReplicas: 'spec.replicas',
      statusReplicas: 'status.replicas',
      selector: (object: KubernetesObject) => selectorText((object as unknown as ReplicaSet).spec?.selector),
    },
  },
  podTemplate: ({ spec }) => spec?.template,
  strategy: {
    default({ spec }) {
      if (spec?.template) defaultPodTemplate(spec.template);
    },
    prepareForCreate(replicaSet) {
      replicaSet.status = { replicas: 0 };
    },
    validate: validateReplicaSet,
    validateUpdate: validateReplicaSetUpdate,
    validateStatusUpdate: validateReplicaSetStatus,
    warnings: (replicaSet, old) => workloadWarnings(replicaSet, old, replicaSet.spec?.template),
  },
  columns: [
    nameColumn(),
    countColumn('Desired', 'V1ReplicaSetSpec.replicas', ({ spec }) => spec?.replicas),
    countColumn('Current', 'V1ReplicaSetStatus.replicas', ({ status }) => status?.replicas),
    countColumn('Ready', 'V1ReplicaSetStatus.readyReplicas', ({ status }) => status?.readyReplicas),
    ageColumn(),
    ...templateColumns<ReplicaSet>(({ spec }) => spec?.template, {
      cell: ({ spec }) => selectorCell(spec?.selector),
    }),
  ],
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
});
