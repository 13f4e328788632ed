import type { AdmissionPlugin } from './admission.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { namespaceExists, namespaceProtection } from './namespace-lifecycle.ts';
import { priority } from './priority.ts';
import { serviceAccount } from './service-account.ts';

/** What every cluster runs, in this order. */
export const defaultPlugins: readonly AdmissionPlugin[] = [
  namespaceExists,
  namespaceProtection,
  serviceAccount,
  priority,
  defaultTolerationSeconds,
];

/**
 * What runs where only the resources of a sibling shard live. Namespaces are not among them, so that whether one exists
 * cannot be asked there: an Event may outlive its Namespace by the moments that the controller needs to remove it.
 */
export const shardPlugins: readonly AdmissionPlugin[] = [];
