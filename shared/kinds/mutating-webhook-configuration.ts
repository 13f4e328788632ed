import { validateWebhookConfiguration, type WebhookConfiguration } from './admission-webhooks/validate-webhooks.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';

export default defineKind<WebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  singular: 'mutatingwebhookconfiguration',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: 'V1MutatingWebhookConfiguration',
  hasGeneration: true,
  admittedByWebhooks: false,
  strategy: { validate: validateWebhookConfiguration },
  columns: [
    nameColumn(),
    {
      name: 'Webhooks',
      type: 'integer',
      description: 'Webhooks indicates the number of webhooks registered in this configuration',
      cell: ({ webhooks }) => webhooks?.length ?? 0,
    },
    ageColumn(),
  ],
});
