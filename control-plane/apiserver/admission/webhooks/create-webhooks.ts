import type { Authorizer } from '../../auth/authorize.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { createMatchConditions } from './match-conditions.ts';
import { mutatingWebhooks } from './mutating.ts';
import { validatingWebhooks, type WebhookDeps } from './validating.ts';

export interface WebhooksDeps extends Omit<WebhookDeps, 'matchConditions'> {
  /** For match conditions, which may ask what the user is allowed to. */
  authorizer: Authorizer;
}

/** The two plugins that ask webhooks: the first after all others that change objects, the second among the last. */
export function createWebhooks({ authorizer, ...deps }: WebhooksDeps): {
  mutating: AdmissionPlugin;
  validating: AdmissionPlugin;
} {
  const all = { ...deps, matchConditions: createMatchConditions(authorizer) };
  return { mutating: mutatingWebhooks(all), validating: validatingWebhooks(all) };
}
