import type { Ingress } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { ingressColumns } from './ingress/printer.ts';
import { ingressWarnings, validateIngress, validateIngressStatus, validateNewIngress } from './ingress/validate.ts';

export default defineKind<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  singular: 'ingress',
  shortNames: ['ing'],
  scope: 'Namespaced',
  schema: 'V1Ingress',
  hasGeneration: true,
  subresources: { status: true },
  strategy: {
    prepareForCreate(ingress) {
      ingress.status = { loadBalancer: {} };
    },
    validate: validateIngress,
    validateCreate: validateNewIngress,
    validateStatusUpdate: validateIngressStatus,
    warnings: ingressWarnings,
  },
  columns: ingressColumns,
});
