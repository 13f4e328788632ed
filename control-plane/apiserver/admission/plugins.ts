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
