import { forbidden, notFound, StatusError } from '../../../shared/api/errors.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

/** Without these a cluster does not work. */
const protectedNamespaces = ['default', 'kube-system', 'kube-public'];

/** Nothing is created in a Namespace that is absent or on its way out. */
export const namespaceExists: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  operations: ['CREATE'],
  admit(request) {
    const { namespace, get } = request;
    if (!namespace) return;
    const found = get({ resource: 'namespaces', namespace: '', name: namespace });
    if (!found) throw notFound({ resource: 'namespaces', name: namespace });
    if (found.metadata.deletionTimestamp) throw terminating(request);
  },
};

export const namespaceProtection: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  operations: ['DELETE'],
  resources: ['namespaces'],
  validate({ name }) {
    if (protectedNamespaces.includes(name)) {
      throw forbidden({ resource: 'namespaces', name }, 'this namespace may not be deleted');
    }
  },
};

function terminating({ kind, namespace, name }: AdmissionRequest): StatusError {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const error = forbidden({ group: kind.group, resource: kind.plural, name }, why);
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  return new StatusError('Forbidden', error.message, { ...error.details, causes: [cause] });
}
