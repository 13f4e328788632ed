import type { ValidatingAdmissionPolicyBinding } from '../api/object.ts';
import { bindingColumns } from './admission-policies/columns.ts';
import { validateValidatingBinding } from './admission-policies/validate-binding.ts';
import { defineKind } from './define-kind.ts';

export default defineKind<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  singular: 'validatingadmissionpolicybinding',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: 'V1ValidatingAdmissionPolicyBinding',
  hasGeneration: true,
  admittedByWebhooks: false,
  strategy: { validate: validateValidatingBinding },
  columns: bindingColumns(),
});
