import { hasReason } from '../../../shared/api/errors.ts';
import type { ObjectKey } from '../../../shared/api/object.ts';
import { deleteObject } from './delete.ts';
import { warnOfPropagation } from './delete-options.ts';
import { encodeList, encodeSuccess } from './encoding.ts';
import { list } from './list.ts';
import type { DeleteCollectionRequest, WriteOutcome } from './registry.ts';
import type { WriteContext } from './write-context.ts';

/** Deletes what a list would have shown and answers with that list, or deletes the keys that are named. */
export function deleteCollection(context: WriteContext, request: DeleteCollectionRequest): WriteOutcome {
  const { kind, namespace, labelSelector, fieldSelector, options, keys } = request;
  const { warnings } = context;
  warnOfPropagation(context, options);
  if (keys) {
    for (const key of keys) deleteIfPresent(context, key, options);
    return { code: 200, json: encodeSuccess(), warnings };
  }
  const found = list(context.tx, { kind, namespace, labelSelector, fieldSelector });
  for (const { key } of found.items) deleteIfPresent(context, key, options);
  return { code: 200, json: encodeList(found), warnings };
}

function deleteIfPresent(context: WriteContext, key: ObjectKey, options: DeleteCollectionRequest['options']): void {
  try {
    // A collection may span namespaces only for kinds that have none; keys say where each object lives.
    deleteObject({ ...context, namespace: key.namespace }, key.name, options);
  } catch (error) {
    if (!hasReason(error, 'NotFound')) throw error;
  }
}
