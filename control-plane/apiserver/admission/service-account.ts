import { forbidden } from '../../../shared/api/errors.ts';
import type { Pod, ServiceAccount } from '../../../shared/api/object.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { mountToken } from './service-account/mount-token.ts';
import { enforceMountableSecrets, forbiddenSecretReference } from './service-account/mountable-secrets.ts';

const defaultAccount = 'default';

/**
 * A Pod runs as a ServiceAccount, `default` unless it says otherwise, which must exist; it gets the account's pull
 * Secrets unless it names its own, and a volume with a token of the account unless it or the account does not want one.
 *
 * One difference from Kubernetes: an absent account `default` is no error. Kubernetes makes the client wait for it in the
 * moments after a Namespace was created; here the node waits, which cannot start the Pod without a token anyway.
 */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  operations: ['CREATE'],
  resources: ['pods'],
  admit(request) {
    const pod = request.object as Pod;
    if (!pod.spec) return;
    const name = pod.spec.serviceAccountName || pod.spec.serviceAccount || defaultAccount;
    // The older name of the same field is always served beside it.
    pod.spec.serviceAccountName = name;
    pod.spec.serviceAccount = name;
    const account = findAccount(request, name);
    if (pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) {
      mountToken(pod.spec, request.random);
    }
    if (!pod.spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
      pod.spec.imagePullSecrets = account.imagePullSecrets.map(({ name = '' }) => ({ name }));
    }
  },
  validate(request) {
    const { spec } = request.object as Pod;
    if (!spec) return;
    const account = findAccount(request, spec.serviceAccountName ?? '');
    const why = enforceMountableSecrets(account) ? forbiddenSecretReference(account, spec) : undefined;
    if (why) throw refusal(request, why);
  },
};

function findAccount(request: AdmissionRequest, name: string): ServiceAccount {
  const { namespace, get } = request;
  const found = get({ resource: 'serviceaccounts', namespace, name }) as ServiceAccount | undefined;
  if (found) return found;
  if (name === defaultAccount) return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
  const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
  throw refusal(request, why);
}

function refusal({ object }: AdmissionRequest, why: string) {
  return forbidden({ resource: 'pods', name: object?.metadata.name || object?.metadata.generateName }, why);
}
