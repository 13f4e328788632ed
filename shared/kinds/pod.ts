import type { Pod } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { defaultPod } from './pod/defaults.ts';
import { resolveLabelKeys } from './pod/label-keys.ts';
import { initialStatus, podGracePeriodSeconds } from './pod/lifecycle.ts';
import { podColumns } from './pod/printer.ts';
import { podQuota } from './pod/quota.ts';
import { podReferences } from './pod/references.ts';
import { validatePod } from './pod/validate.ts';
import { validatePodStatusUpdate, validatePodUpdate } from './pod/validate-update.ts';
import { podSpecWarnings } from './pod-spec/warnings.ts';
import { proxyOptions } from './proxy-options.ts';

export default defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: 'V1Pod',
  hasGeneration: true,
  deletion: { returnsObject: true },
  subresources: {
    status: true,
    others: {
      binding: { kind: 'Binding', verbs: ['create'] },
      eviction: { kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
      log: { kind: 'Pod', verbs: ['get'] },
      proxy: {
        kind: 'PodProxyOptions',
        verbs: ['create', 'delete', 'get', 'patch', 'update'],
        proxyTo: 'pod',
        options: proxyOptions,
      },
    },
  },
  strategy: {
    default: defaultPod,
    prepareForCreate(pod) {
      pod.status = initialStatus(pod);
      if (pod.spec) resolveLabelKeys(pod.spec, pod.metadata.labels ?? {});
    },
    validate: validatePod,
    validateUpdate: validatePodUpdate,
    validateStatusUpdate: validatePodStatusUpdate,
    warnings: ({ spec }) => (spec ? podSpecWarnings(spec, 'spec') : []),
    gracePeriodSeconds: podGracePeriodSeconds,
  },
  columns: podColumns,
  selectableFields: {
    'spec.nodeName': (pod) => pod.spec?.nodeName ?? '',
    'spec.restartPolicy': (pod) => pod.spec?.restartPolicy ?? '',
    'spec.schedulerName': (pod) => pod.spec?.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => pod.spec?.serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(pod.spec?.hostNetwork ?? false),
    'status.phase': (pod) => pod.status?.phase ?? '',
    'status.podIP': (pod) => pod.status?.podIP ?? '',
    'status.podIPs': (pod) => (pod.status?.podIPs ?? []).map(({ ip }) => ip).join(','),
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName ?? '',
  },
  quota: podQuota,
  nodes: {
    audience: 'bound',
    nodeName: (pod) => pod.spec?.nodeName,
    references: podReferences,
    serviceAccountName: (pod) => pod.spec?.serviceAccountName,
  },
});
