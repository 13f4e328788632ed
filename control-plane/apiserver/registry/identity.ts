import { badRequest, conflict, modified } from '../../../shared/api/errors.ts';
import type { KubernetesObject, ObjectMeta } from '../../../shared/api/object.ts';
import { type KindDefinition, resourceName } from '../../../shared/kinds/define-kind.ts';
import { subjectOf } from './write-context.ts';

/** What a body says of itself must be what the URL says; what it leaves unsaid is filled in. */
export function adoptNamespace(object: KubernetesObject, target: { kind: KindDefinition; namespace: string }): void {
  const { metadata } = object;
  if (target.kind.scope === 'Cluster') {
    // Validation speaks up if the body named one.
    return;
  }
  if (metadata.namespace && metadata.namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  metadata.namespace = target.namespace;
}

export function adoptName(object: KubernetesObject, name: string): void {
  const { metadata } = object;
  if (!metadata.name) metadata.name = name;
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
}

/** Optimistic locking: a uid or resourceVersion that a new state carries must be that of the stored one. */
export function checkPreconditions(kind: KindDefinition, next: ObjectMeta, current: ObjectMeta): void {
  const subject = subjectOf(kind, current.name);
  if (next.uid && next.uid !== current.uid) {
    const path = [resourceName(kind), current.namespace, current.name].filter(Boolean).join('/');
    throw conflict(
      subject,
      `StorageError: invalid object, Code: 4, Key: /registry/${path}, ResourceVersion: 0, AdditionalErrorMsg: ` +
        `Precondition failed: UID in precondition: ${next.uid}, UID in object meta: ${current.uid}`,
    );
  }
  if (next.resourceVersion && next.resourceVersion !== '0' && next.resourceVersion !== current.resourceVersion) {
    throw modified(subject);
  }
}

/** Fields of metadata that clients may leave out of an update and the server keeps. */
export function carryOverMeta(next: ObjectMeta, current: ObjectMeta): void {
  next.uid = current.uid;
  next.resourceVersion = current.resourceVersion;
  next.creationTimestamp ??= current.creationTimestamp;
  delete next.selfLink;
  assign(next, 'generation', current.generation);
  // Only a delete begins or shortens a deletion; an update can neither undo nor change it.
  if (current.deletionTimestamp) next.deletionTimestamp = current.deletionTimestamp;
  if (current.deletionGracePeriodSeconds !== undefined) {
    next.deletionGracePeriodSeconds ??= current.deletionGracePeriodSeconds;
  }
}

function assign<K extends keyof ObjectMeta>(meta: ObjectMeta, key: K, value: ObjectMeta[K]): void {
  if (value === undefined) delete meta[key];
  else meta[key] = value;
}
