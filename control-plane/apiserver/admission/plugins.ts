import type { AdmissionPlugin } from './admission.ts';
import { claimResize } from './claim-resize.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { claimLimitRanger, limitRangerDefaults, podLimitRanger } from './limit-ranger.ts';
import { namespaceExists, namespaceProtection } from './namespace-lifecycle.ts';
import { nodeRestriction, nodeRestrictionOfDeletions } from './node-restriction.ts';
import { podSecurity, podSecurityOfNamespaces, podSecurityOfTemplates } from './pod-security.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import { defaultPriorityClass, priority, systemPriorityProtection } from './priority.ts';
import { resourceQuota } from './resource-quota.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { storageProtection } from './storage-protection.ts';

/** What every cluster runs, in this order. */
export const defaultPlugins: readonly AdmissionPlugin[] = [
  namespaceExists,
  namespaceProtection,
  limitRangerDefaults,
  podLimitRanger,
  claimLimitRanger,
  nodeRestriction,
  nodeRestrictionOfDeletions,
  serviceAccount,
  podSecurityOfNamespaces,
  podSecurity,
  podSecurityOfTemplates,
  priority,
  defaultPriorityClass,
  systemPriorityProtection,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageProtection,
  claimResize,
  runtimeClass,
  defaultIngressClass,
  podTopologyLabels,
  // Last: what is refused for another reason is not counted.
  resourceQuota,
];
