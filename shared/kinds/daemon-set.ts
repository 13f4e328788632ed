import type { DaemonSet } from '../api/object.ts';
import {
  moveTemplateGeneration,
  startTemplateGeneration,
  templateGeneration,
} from './daemon-set/template-generation.ts';
import { validateDaemonSet, validateDaemonSetStatus, validateDaemonSetUpdate } from './daemon-set/validate.ts';
import { defineKind } from './define-kind.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { ageColumn, formatLabels, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';
import { countColumn, templateColumns } from './workloads/columns.ts';
import { selectorCell } from './workloads/selector.ts';
import { templateWarnings } from './workloads/warnings.ts';

export default defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  singular: 'daemonset',
  shortNames: ['ds'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: 'V1DaemonSet',
  hasGeneration: true,
  subresources: { status: true },
  podTemplate: ({ spec }) => spec?.template,
  strategy: {
    default: applyDefaults,
    prepareForCreate(daemonSet) {
      daemonSet.status = {
        currentNumberScheduled: 0,
        desiredNumberScheduled: 0,
        numberMisscheduled: 0,
        numberReady: 0,
      };
      startTemplateGeneration(daemonSet);
    },
    prepareForUpdate: moveTemplateGeneration,
    validate: validateDaemonSet,
    validateUpdate: validateDaemonSetUpdate,
    validateStatusUpdate: validateDaemonSetStatus,
    warnings: (daemonSet, old) =>
      old && templateGeneration(old) === templateGeneration(daemonSet)
        ? []
        : templateWarnings(daemonSet.spec?.template),
  },
  columns: [
    nameColumn(),
    countColumn('Desired', 'V1DaemonSetStatus.desiredNumberScheduled', ({ status }) => status?.desiredNumberScheduled),
    countColumn('Current', 'V1DaemonSetStatus.currentNumberScheduled', ({ status }) => status?.currentNumberScheduled),
    countColumn('Ready', 'V1DaemonSetStatus.numberReady', ({ status }) => status?.numberReady),
    countColumn(
      'Up-to-date',
      'V1DaemonSetStatus.updatedNumberScheduled',
      ({ status }) => status?.updatedNumberScheduled,
    ),
    countColumn('Available', 'V1DaemonSetStatus.numberAvailable', ({ status }) => status?.numberAvailable),
    {
      name: 'Node Selector',
      type: 'string',
      description: fieldDescriptions['V1PodSpec.nodeSelector'],
      cell: ({ spec }) => formatLabels(spec?.template?.spec?.nodeSelector),
    },
    ageColumn(),
    ...templateColumns<DaemonSet>(({ spec }) => spec?.template, { cell: ({ spec }) => selectorCell(spec?.selector) }),
  ],
});

/** One node after the other. */
function applyDefaults({ spec }: DaemonSet): void {
  if (!spec) return;
  if (spec.template) defaultPodTemplate(spec.template);
  const { updateStrategy } = spec;
  if (!updateStrategy) return;
  updateStrategy.type ||= 'RollingUpdate';
  if (updateStrategy.type === 'RollingUpdate') {
    updateStrategy.rollingUpdate ??= {};
    updateStrategy.rollingUpdate.maxUnavailable ??= 1;
    updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
}
