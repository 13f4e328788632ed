import { reasonCodes, StatusError, type StatusReason } from '../../../shared/api/errors.ts';
import type { KubernetesObject, ObjectKey } from '../../../shared/api/object.ts';
import type { ClusterClient, Preconditions, WriteOperation, WriteResult } from '../../client.ts';

/** The error of one operation as it would have been thrown. */
export function errorOf(result: WriteResult): StatusError | undefined {
  if (!result.error) return undefined;
  const { reason, message, code } = result.error;
  const known: StatusReason = Object.hasOwn(reasonCodes, reason) ? (reason as StatusReason) : 'InternalError';
  return new StatusError(known, message, undefined, code);
}

/**
 * Writes the batch and throws the first error whose reason is not in `ignore`, after everything was tried. A delete or
 * patch of what is already gone is no error.
 */
export async function writeAll(
  client: Pick<ClusterClient, 'write'>,
  operations: readonly WriteOperation[],
  options: { ignore?: readonly StatusReason[] } = {},
): Promise<WriteResult[]> {
  if (operations.length === 0) return [];
  const results = await client.write(operations);
  const ignored = options.ignore ?? [];
  for (const [index, result] of results.entries()) {
    const error = errorOf(result);
    if (!error || ignored.includes(error.reason)) continue;
    const verb = operations[index]!.verb;
    if (error.reason === 'NotFound' && (verb === 'delete' || verb === 'patch')) continue;
    throw error;
  }
  return results;
}

/** Where an object of this resource is stored. */
export function keyOf(resource: string, object: KubernetesObject): ObjectKey {
  return { resource, namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' };
}

/** Only the very object that was read, in any state. */
export function sameObject(object: KubernetesObject): Preconditions {
  return { uid: object.metadata.uid };
}

/** Only the very state that was read. */
export function sameState(object: KubernetesObject): Preconditions {
  return { uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion };
}

/** RFC 3339 with seconds, the form of timestamps in objects. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
