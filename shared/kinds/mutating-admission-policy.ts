import type { MutatingAdmissionPolicy } from '../api/object.ts';
import { paramKindColumn } from './admission-policies/columns.ts';
import { validateMutatingPolicy } from './admission-policies/validate-mutating-policy.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';

export default defineKind<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  singular: 'mutatingadmissionpolicy',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: 'V1MutatingAdmissionPolicy',
  hasGeneration: true,
  admittedByWebhooks: false,
  strategy: { validate: validateMutatingPolicy },
  columns: [
    nameColumn(),
    {
      name: 'Mutations',
      type: 'integer',
      description: 'Mutation indicates the number of mutations rules defined in this configuration',
      cell: ({ spec }) => spec?.mutations?.length ?? 0,
    },
    paramKindColumn(),
    ageColumn(),
  ],
});
