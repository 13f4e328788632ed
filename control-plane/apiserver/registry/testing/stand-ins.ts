import type { Namespace, Pod, ReplicationController } from '../../../../shared/api/object.ts';
import { defineKind } from '../../../../shared/kinds/define-kind.ts';

const base = { group: '', version: 'v1', columns: [] };
export const namespace = defineKind<Namespace>({
  ...base,
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  scope: 'Cluster',
  schema: 'V1Namespace',
  nameFormat: 'label',
  subresources: { status: true, others: { finalize: { kind: 'Namespace', verbs: ['update'] } } },
  strategy: {
    prepareForCreate(n) {
      n.spec = { finalizers: ['kubernetes'] };
      n.status = { phase: 'Active' };
    },
    prepareForUpdate(n, old) {
      n.spec = structuredClone(old.spec);
    },
    prepareForDelete(n) {
      n.status = { ...n.status, phase: 'Terminating' };
    },
    isHeld: (n) => (n.spec?.finalizers ?? []).length > 0,
    validate: () => [],
  },
});
export const configMap = defineKind({
  ...base,
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  scope: 'Namespaced',
  schema: 'V1ConfigMap',
  strategy: { validate: () => [] },
});
export const serviceAccount = defineKind({
  ...base,
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  scope: 'Namespaced',
  schema: 'V1ServiceAccount',
  strategy: { validate: () => [] },
  deletion: { returnsObject: true },
});
export const replicationController = defineKind<ReplicationController>({
  ...base,
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  singular: 'rc',
  scope: 'Namespaced',
  schema: 'V1ReplicationController',
  hasGeneration: true,
  subresources: {
    status: true,
    scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: () => 'r=1' },
  },
  deletion: { defaultPropagation: 'Orphan' },
  strategy: {
    validate: () => [],
    prepareForCreate(c) {
      c.status = { replicas: 0 };
    },
  },
  selectableFields: { 'status.replicas': (c) => String(c.status?.replicas ?? 0) },
});
export const pod = defineKind<Pod>({
  ...base,
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  scope: 'Namespaced',
  schema: 'V1Pod',
  deletion: { returnsObject: true },
  subresources: {
    status: true,
    others: {
      binding: { kind: 'Binding', verbs: ['create'] },
      eviction: { kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    },
  },
  nodes: { audience: 'bound', nodeName: (p) => p.spec?.nodeName },
  selectableFields: { 'spec.nodeName': (p) => p.spec?.nodeName ?? '', 'status.phase': (p) => p.status?.phase ?? '' },
  strategy: {
    validate: () => [],
    prepareForCreate(p) {
      p.status = { phase: 'Pending' };
    },
    gracePeriodSeconds: (p, r) => (p.spec?.nodeName ? (r ?? p.spec.terminationGracePeriodSeconds ?? 30) : 0),
  },
});
export const standIns = [namespace, configMap, serviceAccount, replicationController, pod];
