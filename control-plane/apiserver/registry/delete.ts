import { conflict, notFound } from '../../../shared/api/errors.ts';
import { jsonEqual } from '../../../shared/api/json.ts';
import type { DeleteOptions, KubernetesObject, ObjectMeta } from '../../../shared/api/object.ts';
import { admissionRequest } from './admission-request.ts';
import { deletionFinalizers, validateDeleteOptions, warnOfPropagation } from './delete-options.ts';
import { encodeObject, encodeSuccess } from './encoding.ts';
import { isRemovable, remove, replace, type Written } from './pipeline.ts';
import type { DeleteRequest, WriteOutcome } from './registry.ts';
import { presented } from './served-form.ts';
import { keyOf, rfc3339, subjectOf, type WriteContext } from './write-context.ts';

export function deleteOne(context: WriteContext, request: DeleteRequest): WriteOutcome {
  const { served } = context;
  warnOfPropagation(context, request.options);
  const written = deleteObject(context, request.name, request.options, request.finalStatus);
  const gone = written.effect === 'removed' && !served.deletion?.returnsObject;
  const { name, uid } = written.object.metadata;
  const details = { name, ...(served.group ? { group: served.group } : {}), kind: served.plural, uid };
  return { code: 200, json: gone ? encodeSuccess(details) : written.json, warnings: context.warnings };
}

/**
 * Deletes an object or begins its deletion. It stays, marked with `deletionTimestamp`, while it has finalizers, while
 * its kind holds it, or for its grace period; what removes the last of these removes the object.
 */
export function deleteObject(
  context: WriteContext,
  name: string,
  options: DeleteOptions,
  finalStatus?: unknown,
): Written {
  const { tx, kind, deps, strategy } = context;
  validateDeleteOptions(options);
  const key = keyOf(context, name);
  const stored = tx.get(key);
  if (!stored) throw notFound(subjectOf(context.served, name));
  const { json: text } = presented(kind, stored);
  const current = JSON.parse(text) as KubernetesObject;
  checkDeletePreconditions(context, current.metadata, options);
  const admission = admissionRequest(context, 'DELETE', { old: current, deleteOptions: options });
  deps.admission.admit(admission);
  deps.admission.validate(admission);

  const next = JSON.parse(text) as KubernetesObject;
  if (isGracePending(next, options)) return { object: current, json: text };
  if (finalStatus !== undefined) next.status = finalStatus;
  setFinalizers(next, deletionFinalizers(kind, current, options));
  const graceful = markGracefully(context, next, options);
  if (!graceful) markHeld(context, next);
  if (graceful ? isRemovable(context, next) : !isHeld(context, next)) {
    const json = context.options.dryRun ? encodeObject(kind, next) : remove(context, key, next);
    return { object: next, json, effect: 'removed' };
  }
  if (!current.metadata.deletionTimestamp) kind.strategy.prepareForDelete?.(next, strategy);
  return jsonEqual(next, current) ? { object: current, json: text } : replace(context, key, { stored, current, next });
}

/** Throws a conflict where the object is not the one, or not in the state, that is to be deleted. */
export function checkDeletePreconditions(
  { served: kind }: WriteContext,
  meta: ObjectMeta,
  { preconditions }: DeleteOptions,
): void {
  // Kubernetes names the kind here, not the resource.
  const subject = { group: kind.group, resource: kind.kind, name: meta.name };
  const { uid, resourceVersion } = preconditions ?? {};
  if (uid && uid !== meta.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${meta.uid}). The object might have been deleted and then recreated`;
    throw conflict(subject, why);
  }
  if (resourceVersion && resourceVersion !== meta.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${meta.resourceVersion}). The object might have been modified`;
    throw conflict(subject, why);
  }
}

/** True when graceful deletion runs already and this request does not shorten it. */
function isGracePending({ metadata }: KubernetesObject, options: DeleteOptions): boolean {
  if (!metadata.deletionTimestamp || !metadata.deletionGracePeriodSeconds) return false;
  const requested = requestedGrace(options);
  return requested === undefined || requested >= metadata.deletionGracePeriodSeconds;
}

function requestedGrace({ gracePeriodSeconds }: DeleteOptions): number | undefined {
  return gracePeriodSeconds !== undefined && gracePeriodSeconds < 0 ? 1 : gracePeriodSeconds;
}

/** Marks an object of a kind that knows grace periods. False if the kind does not, or if its grace is over. */
function markGracefully({ kind, strategy }: WriteContext, object: KubernetesObject, options: DeleteOptions): boolean {
  const { metadata } = object;
  if (!kind.strategy.gracePeriodSeconds) return false;
  const running = metadata.deletionGracePeriodSeconds;
  if (metadata.deletionTimestamp) {
    const requested = requestedGrace(options);
    if (!running || requested === undefined) return false;
    const begun = Date.parse(metadata.deletionTimestamp) - running * 1000;
    metadata.deletionTimestamp = rfc3339(begun + requested * 1000);
    metadata.deletionGracePeriodSeconds = requested;
    return true;
  }
  const seconds = kind.strategy.gracePeriodSeconds(object, requestedGrace(options));
  metadata.deletionTimestamp = rfc3339(strategy.nowMs + seconds * 1000);
  metadata.deletionGracePeriodSeconds = seconds;
  if (metadata.generation) metadata.generation += 1;
  return true;
}

/** Marks an object that has no grace period, or none left, but that something still holds. */
function markHeld(context: WriteContext, object: KubernetesObject): void {
  const { metadata } = object;
  if (!isHeld(context, object)) return;
  if (!metadata.deletionTimestamp) {
    if (metadata.generation) metadata.generation += 1;
    metadata.deletionTimestamp = context.strategy.now;
  }
  // What only the kind holds (Namespaces) has no grace period at all.
  if (metadata.finalizers?.length) metadata.deletionGracePeriodSeconds = 0;
}

function isHeld({ kind }: WriteContext, object: KubernetesObject): boolean {
  return Boolean(object.metadata.finalizers?.length) || Boolean(kind.strategy.isHeld?.(object));
}

function setFinalizers({ metadata }: KubernetesObject, finalizers: string[]): void {
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
}
