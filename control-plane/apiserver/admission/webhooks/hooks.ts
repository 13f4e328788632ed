import type { KubernetesObject } from '../../../../shared/api/object.ts';
import { type LabelSelector, labelSelectorFromObject } from '../../../../shared/api/selectors.ts';
import type {
  AdmissionWebhook,
  WebhookConfiguration,
} from '../../../../shared/kinds/admission-webhooks/validate-webhooks.ts';
import type { Store } from '../../../store/store.ts';

/** One webhook of a configuration, ready to be matched. */
export interface Hook {
  /** Names the webhook in this form: another after each change of its configuration. */
  id: string;
  configuration: string;
  webhook: AdmissionWebhook;
  namespaceSelector: LabelSelector;
  objectSelector: LabelSelector;
}

export interface HookSource {
  readonly mutating: readonly Hook[];
  readonly validating: readonly Hook[];
}

const resources = {
  mutating: 'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  validating: 'validatingwebhookconfigurations.admissionregistration.k8s.io',
};

/**
 * The webhooks of a cluster, by the names of their configurations and in the order that each has. Read once and again
 * after each change, so that a write of a cluster without webhooks looks at two empty lists.
 */
export function createHookSource(store: Pick<Store, 'list' | 'onCommit'>): HookSource {
  const known: { mutating?: readonly Hook[]; validating?: readonly Hook[] } = {};
  store.onCommit((changes) => {
    for (const { key } of changes) {
      if (key.resource === resources.mutating) known.mutating = undefined;
      if (key.resource === resources.validating) known.validating = undefined;
    }
  });
  const read = (resource: string) =>
    store.list({ resource }).items.flatMap(({ json }) => hooksOf(JSON.parse(json) as WebhookConfiguration));
  return {
    get mutating() {
      known.mutating ??= read(resources.mutating);
      return known.mutating;
    },
    get validating() {
      known.validating ??= read(resources.validating);
      return known.validating;
    },
  };
}

function hooksOf({ metadata, webhooks = [] }: WebhookConfiguration & KubernetesObject): Hook[] {
  return webhooks.map((webhook) => ({
    id: `${metadata.uid}/${metadata.generation}/${webhook.name}`,
    configuration: metadata.name ?? '',
    webhook,
    namespaceSelector: labelSelectorFromObject(webhook.namespaceSelector ?? {}),
    objectSelector: labelSelectorFromObject(webhook.objectSelector ?? {}),
  }));
}
