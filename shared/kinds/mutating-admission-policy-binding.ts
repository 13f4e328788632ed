import type { MutatingAdmissionPolicyBinding } from '../api/object.ts';
import { bindingColumns } from './admission-policies/columns.ts';
import { validateMutatingBinding } from './admission-policies/validate-binding.ts';
import { defineKind } from './define-kind.ts';

export default defineKind<MutatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  singular: 'mutatingadmissionpolicybinding',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: 'V1MutatingAdmissionPolicyBinding',
  hasGeneration: true,
  admittedByWebhooks: false,
  strategy: { validate: validateMutatingBinding },
  columns: bindingColumns(),
});
