import { deleteObject } from './delete.ts';
import { encodeList } from './encoding.ts';
import { list } from './list.ts';
import type { DeleteCollectionRequest, WriteOutcome } from './registry.ts';
import type { WriteContext } from './write-context.ts';

/** Deletes what a list would have shown; answers with that list. */
export function deleteCollection(context: WriteContext, request: DeleteCollectionRequest): WriteOutcome {
  const { kind, namespace, labelSelector, fieldSelector, options } = request;
  const found = list(context.tx, { kind, namespace, labelSelector, fieldSelector });
  for (const { key } of found.items) {
    // A collection may span namespaces only for kinds that have none; keys say where each object lives.
    deleteObject({ ...context, namespace: key.namespace }, key.name, options);
  }
  return { code: 200, json: encodeList(found), warnings: context.warnings };
}
