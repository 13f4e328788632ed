import type { KubernetesObject, StatefulSet } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { claimSpecWarnings } from './persistent-volume-claim/warnings.ts';
import { defaultPodTemplate } from './pod-spec/defaults.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { validateStatefulSet, validateStatefulSetStatus, validateStatefulSetUpdate } from './stateful-set/validate.ts';
import { readyColumn, templateColumns } from './workloads/columns.ts';
import { selectorText } from './workloads/selector.ts';
import { templateWarnings } from './workloads/warnings.ts';

export default defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  singular: 'statefulset',
  shortNames: ['sts'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: 'V1StatefulSet',
  // Its Pods are named after it, and their names are host names.
  nameFormat: 'label',
  hasGeneration: true,
  subresources: {
    status: true,
    scale: {
      specReplicas: 'spec.replicas',
      statusReplicas: 'status.replicas',
      selector: (object: KubernetesObject) => selectorText((object as unknown as StatefulSet).spec?.selector),
    },
  },
  podTemplate: ({ spec }) => spec?.template,
  strategy: {
    default: applyDefaults,
    prepareForCreate(statefulSet) {
      statefulSet.status = { availableReplicas: 0, replicas: 0 };
      dropDisabledFields(statefulSet);
    },
    prepareForUpdate: dropDisabledFields,
    validate: validateStatefulSet,
    validateUpdate: validateStatefulSetUpdate,
    validateStatusUpdate: validateStatefulSetStatus,
    warnings,
  },
  columns: [
    nameColumn(),
    readyColumn(({ spec, status }) => [status?.readyReplicas, spec?.replicas]),
    ageColumn(),
    ...templateColumns<StatefulSet>(({ spec }) => spec?.template),
  ],
});

/** One Pod after the other, from the last to the first. Only a strategy that nobody has chosen gets a partition. */
function applyDefaults({ spec }: StatefulSet): void {
  if (!spec) return;
  if (spec.template) defaultPodTemplate(spec.template);
  spec.podManagementPolicy ||= 'OrderedReady';
  spec.updateStrategy ??= {};
  const { updateStrategy } = spec;
  if (!updateStrategy.type) {
    updateStrategy.type = 'RollingUpdate';
    updateStrategy.rollingUpdate ??= {};
  }
  if (updateStrategy.type === 'RollingUpdate' && updateStrategy.rollingUpdate)
    updateStrategy.rollingUpdate.partition ??= 0;
  for (const claim of spec.volumeClaimTemplates ?? []) {
    claim.apiVersion = 'v1';
    claim.kind = 'PersistentVolumeClaim';
  }
}

/** The number of Pods that may be down during an update is not yet part of the API by default. */
function dropDisabledFields({ spec }: StatefulSet): void {
  delete spec?.updateStrategy?.rollingUpdate?.maxUnavailable;
}

function warnings({ metadata, spec }: StatefulSet, old?: StatefulSet): string[] {
  const found = old && old.metadata.generation === metadata.generation ? [] : templateWarnings(spec?.template);
  for (const [index, claim] of (spec?.volumeClaimTemplates ?? []).entries()) {
    // Kubernetes ends the path with the name of a Go field when it speaks of an update.
    found.push(...claimSpecWarnings(claim.spec, `spec.volumeClaimTemplates[${index}]${old ? '.Spec' : ''}`));
  }
  if ((spec?.revisionHistoryLimit ?? 0) < 0) {
    found.push(
      'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
    );
  }
  return found;
}
