import type { KubernetesObject, ReplicationController } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { ageColumn, formatLabels, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';
import {
  validateReplicationController,
  validateReplicationControllerStatus,
} from './replication-controller/validate.ts';
import { countColumn, templateColumns } from './workloads/columns.ts';
import { workloadWarnings } from './workloads/warnings.ts';

export default defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  singular: 'replicationcontroller',
  shortNames: ['rc'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: 'V1ReplicationController',
  hasGeneration: true,
  // As in every version of this API: deleting a controller the plain way leaves its Pods.
  deletion: { defaultPropagation: 'Orphan' },
  subresources: {
    status: true,
    scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: selectorText },
  },
  podTemplate: ({ spec }) => spec?.template,
  strategy: {
    default: applyDefaults,
    prepareForCreate(controller) {
      controller.status = { replicas: 0 };
    },
    validate: validateReplicationController,
    validateStatusUpdate: validateReplicationControllerStatus,
    warnings: (controller, old) => workloadWarnings(controller, old, controller.spec?.template),
  },
  quota: { countAlias: 'replicationcontrollers' },
  columns: [
    nameColumn(),
    countColumn('Desired', 'V1ReplicationControllerSpec.replicas', ({ spec }) => spec?.replicas),
    countColumn('Current', 'V1ReplicationControllerStatus.replicas', ({ status }) => status?.replicas),
    countColumn('Ready', 'V1ReplicationControllerStatus.readyReplicas', ({ status }) => status?.readyReplicas),
    ageColumn(),
    ...templateColumns<ReplicationController>(({ spec }) => spec?.template, {
      description: fieldDescriptions['V1ReplicationControllerSpec.selector'],
      cell: ({ spec }) => formatLabels(spec?.selector),
    }),
  ],
  selectableFields: { 'status.replicas': (controller) => String(controller.status?.replicas ?? 0) },
});

/** The template's labels stand in for a missing selector and for missing labels of the controller's own. */
function applyDefaults(controller: ReplicationController): void {
  const { spec, metadata } = controller;
  if (!spec) return;
  spec.replicas ??= 1;
  if (!spec.template) return;
  const labels = spec.template.metadata?.labels;
  if (labels && Object.keys(labels).length > 0) {
    if (isEmpty(spec.selector)) spec.selector = { ...labels };
    if (isEmpty(metadata.labels)) metadata.labels = { ...labels };
  }
  defaultPodTemplate(spec.template);
}

function isEmpty(map: Readonly<Record<string, string>> | undefined): boolean {
  return !map || Object.keys(map).length === 0;
}

function selectorText(object: KubernetesObject): string {
  const selector = (object as ReplicationController).spec?.selector;
  return isEmpty(selector) ? '' : formatLabels(selector);
}
