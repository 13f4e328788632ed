import type { Secret } from '../../shared/api/object.ts';
import {
  bootstrapTokenEnd,
  bootstrapTokenNamespace,
  bootstrapTokenType,
} from '../../shared/kinds/secret/bootstrap-token.ts';
import { defineController } from './runtime/controller.ts';
import { sameObject, writeAll } from './runtime/write.ts';

const resource = 'secrets';

/** Removes bootstrap tokens that have expired. */
export default defineController({
  name: 'token-cleaner',
  watches: [
    {
      resource,
      toKeys: ({ type, object: { metadata, ...object } }) => {
        const isToken = metadata.namespace === bootstrapTokenNamespace && object.type === bootstrapTokenType;
        return type !== 'DELETED' && isToken ? [metadata.name ?? ''] : [];
      },
    },
  ],
  async reconcile(name, { client, clock }) {
    const key = { resource, namespace: bootstrapTokenNamespace, name };
    const secret = await client.get<Secret>(key);
    const end = secret?.type === bootstrapTokenType ? bootstrapTokenEnd(secret) : undefined;
    if (!secret || end === undefined) return undefined;
    const restMs = end - clock.now();
    if (restMs > 0) return { requeueAfterMs: restMs };
    await writeAll(client, [{ verb: 'delete', key, preconditions: sameObject(secret) }], { ignore: ['Conflict'] });
    return undefined;
  },
});
