import { forbidden } from '../../../shared/api/errors.ts';
import type { Pod } from '../../../shared/api/object.ts';
import type { AdmissionPlugin } from './admission.ts';

const defaultAccount = 'default';

/**
 * A Pod runs as a ServiceAccount, `default` unless it says otherwise, which must exist.
 *
 * Two differences from Kubernetes. No token is mounted (`automountServiceAccountToken` is accepted and has no effect).
 * And an absent account `default` is no error: Kubernetes refuses Pods in the moments after a Namespace was created,
 * until a controller has made that account and its token could be mounted; here nothing of the account is needed to
 * run the Pod, so that the refusal would only be a race that every client has to retry around.
 */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  operations: ['CREATE'],
  resources: ['pods'],
  admit({ object, namespace, get }) {
    const pod = object as Pod;
    if (!pod.spec) return;
    const name = pod.spec.serviceAccountName || pod.spec.serviceAccount || defaultAccount;
    // The older name of the same field is always served beside it.
    pod.spec.serviceAccountName = name;
    pod.spec.serviceAccount = name;
    if (name === defaultAccount || get({ resource: 'serviceaccounts', namespace, name })) return;
    throw forbidden(
      { resource: 'pods', name: pod.metadata.name || pod.metadata.generateName },
      `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
    );
  },
};
