import type { IngressClass } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { validateIngressClass, validateIngressClassUpdate } from './ingress-class/validate.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';

/** Set to `true` on the class that Ingresses without one get. */
export const defaultIngressClassAnnotation = 'ingressclass.kubernetes.io/is-default-class';

export default defineKind<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  singular: 'ingressclass',
  scope: 'Cluster',
  schema: 'V1IngressClass',
  hasGeneration: true,
  strategy: { validate: validateIngressClass, validateUpdate: validateIngressClassUpdate },
  columns: [
    {
      ...nameColumn(),
      cell({ metadata: { name = '', annotations } }) {
        return annotations?.[defaultIngressClassAnnotation] === 'true' ? `${name} (default)` : name;
      },
    },
    {
      name: 'Controller',
      type: 'string',
      description: 'Controller that is responsible for handling this class',
      cell: ({ spec }) => spec?.controller ?? '',
    },
    {
      name: 'Parameters',
      type: 'string',
      description: 'A reference to a resource with additional parameters',
      cell({ spec }) {
        const { kind, apiGroup, name } = spec?.parameters ?? {};
        if (kind === undefined) return '<none>';
        return `${apiGroup === undefined ? kind : `${kind}.${apiGroup}`}/${name}`;
      },
    },
    ageColumn(),
  ],
});
