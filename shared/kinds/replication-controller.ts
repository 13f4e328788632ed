import type { KubernetesObject, ReplicationController } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { ageColumn, formatLabels, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';
import {
  validateReplicationController,
  validateReplicationControllerStatus,
} from './replication-controller/validate.ts';

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
  strategy: {
    default: applyDefaults,
    prepareForCreate(controller) {
      controller.status = { replicas: 0 };
    },
    validate: validateReplicationController,
    validateStatusUpdate: validateReplicationControllerStatus,
  },
  columns: [
    nameColumn(),
    {
      name: 'Desired',
      type: 'integer',
      description: fieldDescriptions['V1ReplicationControllerSpec.replicas'],
      cell: (controller) => controller.spec?.replicas ?? 0,
    },
    {
      name: 'Current',
      type: 'integer',
      description: fieldDescriptions['V1ReplicationControllerStatus.replicas'],
      cell: (controller) => controller.status?.replicas ?? 0,
    },
    {
      name: 'Ready',
      type: 'integer',
      description: fieldDescriptions['V1ReplicationControllerStatus.readyReplicas'],
      cell: (controller) => controller.status?.readyReplicas ?? 0,
    },
    ageColumn(),
    {
      name: 'Containers',
      type: 'string',
      priority: 1,
      description: 'Names of each container in the template.',
      cell: (controller) =>
        templateContainers(controller)
          .map(({ name }) => name)
          .join(','),
    },
    {
      name: 'Images',
      type: 'string',
      priority: 1,
      description: 'Images referenced by each container in the template.',
      cell: (controller) =>
        templateContainers(controller)
          .map(({ image }) => image ?? '')
          .join(','),
    },
    {
      name: 'Selector',
      type: 'string',
      priority: 1,
      description: fieldDescriptions['V1ReplicationControllerSpec.selector'],
      cell: (controller) => formatLabels(controller.spec?.selector),
    },
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

function templateContainers(controller: ReplicationController) {
  return controller.spec?.template?.spec?.containers ?? [];
}
