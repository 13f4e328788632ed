import type { ServiceAccount } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';

export default defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  scope: 'Namespaced',
  schema: 'V1ServiceAccount',
  subresources: {
    others: { token: { kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] } },
  },
  deletion: { returnsObject: true },
  strategy: {
    // Everything besides the metadata is free.
    validate: () => [],
  },
  columns: [nameColumn(), ageColumn()],
});
