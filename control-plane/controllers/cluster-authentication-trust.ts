import type { CertificateSigningRequest, ConfigMap } from '../../shared/api/object.ts';
import { defineController } from './runtime/controller.ts';
import { writeAll } from './runtime/write.ts';

const namespace = 'kube-system';
const name = 'extension-apiserver-authentication';
const field = 'client-ca-file';

/**
 * Publishes the authorities of clients' certificates where Kubernetes does, for whatever else is to trust them. A cluster
 * has one as soon as it has signed a certificate.
 */
export default defineController({
  name: 'cluster-authentication-trust',
  watches: [
    {
      resource: 'certificatesigningrequests.certificates.k8s.io',
      toKeys: ({ type, object }) =>
        type !== 'DELETED' && (object as CertificateSigningRequest).status?.certificate ? ['all'] : [],
    },
    {
      resource: 'configmaps',
      toKeys: ({ object: { metadata } }) => (metadata.namespace === namespace && metadata.name === name ? ['all'] : []),
    },
  ],
  async reconcile(_key, { client }) {
    const authorities = await client.clientAuthorities();
    if (authorities.length === 0) return undefined;
    const data = { [field]: authorities.map((pem) => `${pem.trimEnd()}\n`).join('') };
    const key = { resource: 'configmaps', namespace, name };
    const found = await client.get<ConfigMap>(key);
    if (!found) {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
      await writeAll(client, [{ verb: 'create', resource: key.resource, object }], { ignore: ['AlreadyExists'] });
    } else if (found.data?.[field] !== data[field]) {
      // What else is in it is somebody else's.
      await writeAll(client, [{ verb: 'patch', key, patch: { data } }]);
    }
    return undefined;
  },
});
