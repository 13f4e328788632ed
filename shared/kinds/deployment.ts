import type { Deployment, KubernetesObject } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { validateDeployment, validateDeploymentStatus, validateDeploymentUpdate } from './deployment/validate.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';
import { readyColumn, templateColumns } from './workloads/columns.ts';
import { isUsableSelector, selectorText } from './workloads/selector.ts';
import { workloadWarnings } from './workloads/warnings.ts';

export default defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: 'V1Deployment',
  hasGeneration: true,
  annotationsMoveGeneration: true,
  subresources: {
    status: true,
    scale: {
      specReplicas: 'spec.replicas',
      statusReplicas: 'status.replicas',
      selector: (object: KubernetesObject) => selectorText((object as unknown as Deployment).spec?.selector),
    },
  },
  podTemplate: ({ spec }) => spec?.template,
  strategy: {
    default: applyDefaults,
    prepareForCreate(deployment) {
      deployment.status = {};
    },
    validate: validateDeployment,
    validateUpdate: validateDeploymentUpdate,
    validateStatusUpdate: validateDeploymentStatus,
    warnings: (deployment, old) => workloadWarnings(deployment, old, deployment.spec?.template),
  },
  columns: [
    nameColumn(),
    readyColumn(({ spec, status }) => [status?.readyReplicas, spec?.replicas]),
    {
      name: 'Up-to-date',
      type: 'string',
      description: fieldDescriptions['V1DeploymentStatus.updatedReplicas'],
      cell: ({ status }) => status?.updatedReplicas ?? 0,
    },
    {
      name: 'Available',
      type: 'string',
      description: fieldDescriptions['V1DeploymentStatus.availableReplicas'],
      cell: ({ status }) => status?.availableReplicas ?? 0,
    },
    ageColumn(),
    ...templateColumns<Deployment>(({ spec }) => spec?.template, {
      cell: ({ spec }) => (isUsableSelector(spec?.selector) ? selectorText(spec?.selector) : '<invalid>'),
    }),
  ],
});

/** Old and new Pods may overlap by a quarter of them. */
function applyDefaults({ spec }: Deployment): void {
  if (!spec) return;
  if (spec.template) defaultPodTemplate(spec.template);
  const { strategy } = spec;
  if (!strategy) return;
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate ??= {};
    strategy.rollingUpdate.maxUnavailable ??= '25%';
    strategy.rollingUpdate.maxSurge ??= '25%';
  }
}
