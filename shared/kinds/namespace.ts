import type { Namespace } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { validateNamespace } from './namespace/validate.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';

/** The label that lets selectors name a namespace. */
const nameLabel = 'kubernetes.io/metadata.name';
/** Held until the namespace controller has emptied the namespace. */
const namespaceFinalizer = 'kubernetes';

export default defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  scope: 'Cluster',
  schema: 'V1Namespace',
  nameFormat: 'label',
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: { status: true, others: { finalize: { kind: 'Namespace', verbs: ['update'] } } },
  strategy: {
    default(namespace) {
      if (!namespace.metadata.name) return;
      namespace.metadata.labels = { ...namespace.metadata.labels, [nameLabel]: namespace.metadata.name };
    },
    prepareForCreate(namespace) {
      // A name that was generated after defaulting gets its label here.
      namespace.metadata.labels = { ...namespace.metadata.labels, [nameLabel]: namespace.metadata.name ?? '' };
      const finalizers = namespace.spec?.finalizers ?? [];
      namespace.spec = { finalizers: [...new Set([...finalizers, namespaceFinalizer])] };
      namespace.status = { phase: 'Active' };
    },
    prepareForUpdate(namespace, old) {
      // Only the finalize subresource changes these.
      namespace.spec = structuredClone(old.spec);
    },
    validate: validateNamespace,
    prepareForDelete(namespace) {
      namespace.status = { ...namespace.status, phase: 'Terminating' };
    },
    isHeld: (namespace) => (namespace.spec?.finalizers ?? []).length > 0,
  },
  columns: [
    nameColumn(),
    {
      name: 'Status',
      type: 'string',
      description: 'The status of the namespace',
      cell: (namespace) => namespace.status?.phase ?? '',
    },
    ageColumn(),
  ],
  selectableFields: { 'status.phase': (namespace) => namespace.status?.phase ?? '' },
});
