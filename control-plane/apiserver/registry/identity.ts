import { badRequest, conflict, invalid, modified } from '../../../shared/api/errors.ts';
import { invalidValue } from '../../../shared/api/field-errors.ts';
import { jsonEqual } from '../../../shared/api/json.ts';
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

/** Some kinds refuse an update that would overwrite whatever there is. */
export function requireResourceVersion(kind: KindDefinition, { name, resourceVersion }: ObjectMeta): void {
  if (!kind.requiresResourceVersion || (resourceVersion && resourceVersion !== '0')) return;
  // The one place where Kubernetes shows a version as the number that it is inside.
  const error = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update');
  throw invalid({ group: kind.group, resource: kind.plural, kind: kind.plural, name }, [error]);
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

/** Equal references to one owner are one reference. */
export function dedupeOwners({ metadata }: KubernetesObject, warnings: string[]): void {
  const owners = metadata.ownerReferences;
  if (!owners || owners.length < 2) return;
  const distinct = owners.filter((owner, index) => owners.findIndex((other) => jsonEqual(other, owner)) === index);
  if (distinct.length === owners.length) return;
  const repeated = owners.filter((owner) => !distinct.includes(owner)).map(({ uid }) => uid);
  warnings.push(
    '.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject ' +
      `such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: [${[...new Set(repeated)].join(' ')}]`,
  );
  metadata.ownerReferences = distinct;
}

function assign<K extends keyof ObjectMeta>(meta: ObjectMeta, key: K, value: ObjectMeta[K]): void {
  if (value === undefined) delete meta[key];
  else meta[key] = value;
}
