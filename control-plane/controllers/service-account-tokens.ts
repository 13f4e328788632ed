import type { Secret, ServiceAccount } from '../../shared/api/object.ts';
import { bytesOfText } from '../../shared/certificates/pem.ts';
import { defineController } from './runtime/controller.ts';
import { keyOf, sameObject, writeAll } from './runtime/write.ts';

const resource = 'secrets';
const tokenType = 'kubernetes.io/service-account-token';
const nameAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';

/**
 * Fills the Secrets that ask for a token of a ServiceAccount, and removes them with the account: what they hold would be
 * worth nothing, and would come to life with nobody's doing if there was an account of the same name again.
 */
export default defineController({
  name: 'tokens-controller',
  watches: [
    {
      resource,
      toKeys: ({ type, object }) =>
        type !== 'DELETED' && (object as Secret).type === tokenType ? [secretKey(object as Secret)] : [],
    },
    {
      resource: 'serviceaccounts',
      async toKeys({ type, object: { metadata } }, { reader }) {
        // An account that nobody saw go is missed by its Secrets, which arrive after a relist.
        if (type === 'MODIFIED') return [];
        const { namespace = '', name = '' } = metadata;
        const { items } = await reader.list<Secret>({ resource, namespace, fieldSelector: `type=${tokenType}` });
        return items.filter((secret) => secret.metadata.annotations?.[nameAnnotation] === name).map(secretKey);
      },
    },
  ],
  async reconcile(key, { client, settings }) {
    const [namespace = '', name = ''] = key.split('/');
    const secret = await client.get<Secret>({ resource, namespace, name });
    if (secret?.type !== tokenType || secret.metadata.deletionTimestamp) return undefined;
    const { annotations = {} } = secret.metadata;
    const accountName = annotations[nameAnnotation] ?? '';
    const account = await client.get<ServiceAccount>({ resource: 'serviceaccounts', namespace, name: accountName });
    const uid = account?.metadata.uid ?? '';
    const said = annotations[uidAnnotation];
    if (!account || (said && said !== uid)) {
      const operation = { verb: 'delete', key: keyOf(resource, secret), preconditions: sameObject(secret) } as const;
      await writeAll(client, [operation], { ignore: ['Conflict'] });
      return undefined;
    }
    const { data = {} } = secret;
    const ca = settings.apiServerCA ? { 'ca.crt': bytesOfText(settings.apiServerCA) } : {};
    const isWhole = data.token && data.namespace && (!ca['ca.crt'] || data['ca.crt'] === ca['ca.crt']);
    if (isWhole && said) return undefined;
    const statement = {
      type: 'secretToken',
      namespace,
      serviceAccount: { name: accountName, uid },
      secret: name,
    } as const;
    const token = data.token || bytesOfText(await client.sign(statement));
    const object = {
      ...secret,
      metadata: { ...secret.metadata, annotations: { ...annotations, [uidAnnotation]: uid } },
      data: { ...data, ...ca, namespace: data.namespace || bytesOfText(namespace), token },
    };
    // Changed meanwhile: the change brings the Secret here again.
    await writeAll(client, [{ verb: 'update', resource, object }], { ignore: ['Conflict', 'NotFound'] });
    return undefined;
  },
});

function secretKey({ metadata }: Secret): string {
  return `${metadata.namespace}/${metadata.name}`;
}
