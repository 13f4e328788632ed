import { jsonEqual } from '../../shared/api/json.ts';
import type { ConfigMap, Namespace } from '../../shared/api/object.ts';
import { defineController } from './runtime/controller.ts';
import { writeAll } from './runtime/write.ts';

const name = 'kube-root-ca.crt';
const description =
  'By these certificate authorities programs in Pods know the API server. They are meant for nothing else.';
/** So that the key is there all the same, which volumes name. */
const publicAuthority =
  '# The certificate of the API server is signed by a public authority: the ones of the system are enough.\n';

/** Keeps in each namespace the certificate authorities of the API server, which the token volumes of Pods carry. */
export default defineController({
  name: 'root-ca-certificate-publisher',
  watches: [
    { resource: 'namespaces', toKeys: ({ type, object }) => (type === 'DELETED' ? [] : [object.metadata.name ?? '']) },
    {
      resource: 'configmaps',
      toKeys: ({ object: { metadata } }) => (metadata.name === name ? [metadata.namespace ?? ''] : []),
    },
  ],
  async reconcile(namespace, { client, settings }) {
    const owner = await client.get<Namespace>({ resource: 'namespaces', namespace: '', name: namespace });
    if (!owner || owner.metadata.deletionTimestamp) return undefined;
    const data = { 'ca.crt': settings.apiServerCA || publicAuthority };
    const annotations = { 'kubernetes.io/description': description };
    const key = { resource: 'configmaps', namespace, name };
    const found = await client.get<ConfigMap>(key);
    if (!found) {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, annotations }, data };
      await writeAll(client, [{ verb: 'create', resource: key.resource, object }], { ignore: ['AlreadyExists'] });
    } else if (!jsonEqual(found.data, data)) {
      const metadata = { ...found.metadata, annotations: { ...found.metadata.annotations, ...annotations } };
      // Whatever else is in it goes: Pods trust it.
      const object = { ...found, metadata, data, binaryData: undefined };
      await writeAll(client, [{ verb: 'update', resource: key.resource, object: JSON.parse(JSON.stringify(object)) }]);
    }
    return undefined;
  },
});
