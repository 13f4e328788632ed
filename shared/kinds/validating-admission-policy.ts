import type { ValidatingAdmissionPolicy } from '../api/object.ts';
import { paramKindColumn } from './admission-policies/columns.ts';
import { validatePolicyStatus } from './admission-policies/validate-status.ts';
import { validateValidatingPolicy } from './admission-policies/validate-validating-policy.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';

export default defineKind<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  singular: 'validatingadmissionpolicy',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: 'V1ValidatingAdmissionPolicy',
  subresources: { status: true },
  hasGeneration: true,
  admittedByWebhooks: false,
  strategy: {
    prepareForCreate(policy) {
      policy.status = {};
    },
    validate: validateValidatingPolicy,
    validateStatusUpdate: validatePolicyStatus,
  },
  columns: [
    nameColumn(),
    {
      name: 'Validations',
      type: 'integer',
      description: 'Validations indicates the number of validation rules defined in this configuration',
      cell: ({ spec }) => spec?.validations?.length ?? 0,
    },
    paramKindColumn(),
    ageColumn(),
  ],
});
