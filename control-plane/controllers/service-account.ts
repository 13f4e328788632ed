import type { Namespace, ServiceAccount } from '../../shared/api/object.ts';
import { defineController } from './runtime/controller.ts';
import { writeAll } from './runtime/write.ts';

const name = 'default';

/** Gives each namespace its ServiceAccount `default`, and gives it back when somebody deletes it. */
export default defineController({
  name: 'service-account-controller',
  watches: [
    { resource: 'namespaces', toKeys: ({ type, object }) => (type === 'DELETED' ? [] : [object.metadata.name ?? '']) },
    {
      resource: 'serviceaccounts',
      toKeys: ({ type, object }) =>
        type === 'DELETED' && object.metadata.name === name ? [object.metadata.namespace ?? ''] : [],
    },
  ],
  async reconcile(namespace, { client }) {
    const owner = await client.get<Namespace>({ resource: 'namespaces', namespace: '', name: namespace });
    if (!owner || owner.metadata.deletionTimestamp) return undefined;
    if (await client.get<ServiceAccount>({ resource: 'serviceaccounts', namespace, name })) return undefined;
    const object = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
    await writeAll(client, [{ verb: 'create', resource: 'serviceaccounts', object }], { ignore: ['AlreadyExists'] });
    return undefined;
  },
});
