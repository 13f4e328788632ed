import {
  alreadyExists,
  conflict,
  type FieldError,
  fieldErrorText,
  invalid,
  notFound,
  StatusError,
} from '../../../shared/api/errors.ts';
import type { KubernetesObject, ObjectKey } from '../../../shared/api/object.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../../../shared/api/validation.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import { admissionRequest, admit, changeRequest, type SeenAs } from './admission-request.ts';
import { encodeObject, moveRevision } from './encoding.ts';
import { adoptNamespace, carryOverMeta, checkPreconditions } from './identity.ts';
import { trackUpdate } from './managed-fields.ts';
import { ensureName } from './names.ts';
import { sameText } from './same-text.ts';
import { presented, storedText, toServed, toStored } from './served-form.ts';
import { forgetObject } from './transaction-reads.ts';
import { type Amendment, keyOf, sameKey, strategyFor, subjectOf, type WriteContext } from './write-context.ts';

/**
 * The way of an object into the store. A step that refuses throws before anything is put; with `dryRun` everything
 * happens but the put.
 */

/** What a write leaves behind. */
export interface Written {
  object: KubernetesObject;
  json: string;
  /** Set when the write made the object, or was the end of it. */
  effect?: 'created' | 'removed';
}

/** Which part of an object a write may change. */
export type Scope = 'main' | 'status' | 'any';

/** A new object: decoded, defaulted, in its namespace, with its managed fields recorded. */
export function insert(context: WriteContext, given: KubernetesObject): Written {
  const { kind, served, strategy, deps } = context;
  const object = toStored(served, given);
  const { resourceVersion } = object.metadata;
  if (resourceVersion && resourceVersion !== '0') {
    // Kubernetes says the same with code 500; it is the client's mistake.
    throw new StatusError('BadRequest', 'resourceVersion should not be set on objects to be created');
  }
  const admission = admissionRequest(context, 'CREATE', { object });
  admit(context, admission, object);
  // Admission may have put another in the place of what the client sent.
  const { metadata } = object;
  stampNew(context, object);
  adoptNamespace(object, context);
  kind.strategy.prepareForCreate?.(object, strategy);
  if (kind.hasGeneration) metadata.generation = 1;
  ensureName(context, object);
  const meta = validateObjectMeta(metadata, {
    namespaced: kind.scope === 'Namespaced',
    nameFormat: kind.nameFormat,
    allowPlainFinalizers: kind.allowPlainFinalizers,
  });
  refuseInvalid(context, object, [...meta, ...validateNew(context, object)]);
  const key = keyOf(context, metadata.name ?? '');
  if (context.tx.get(key)) throw alreadyExists(subjectOf(served, metadata.name));
  deps.admission.validate({ ...admission, name: metadata.name ?? '' });
  warn(context, object);
  if (context.options.dryRun) return { object, json: encodeObject(kind, object), effect: 'created' };
  return { object, json: put(context, key, object), effect: 'created' };
}

export interface Modification {
  name: string;
  scope: Scope;
  subresource?: string;
  /** The wanted state. Gets a copy of the live one that it may change and return, both as the client sees them. */
  change(current: KubernetesObject): KubernetesObject;
  /** `change` has recorded the managed fields itself (server-side apply). */
  tracked?: boolean;
  /** As what admission sees the object: the Scale that stands for it. */
  seen?: SeenAs;
  /** Called when there is no such object, instead of answering 404. */
  orCreate?(): Written;
}

/** A new state for an object that exists. */
export function modify(context: WriteContext, modification: Modification): Written {
  const { tx, kind, served, deps } = context;
  const key = keyOf(context, modification.name);
  const stored = tx.get(key);
  if (!stored) {
    if (modification.orCreate) return modification.orCreate();
    throw notFound(subjectOf(served, modification.name));
  }
  const { json } = presented(kind, stored);
  const current = JSON.parse(json) as KubernetesObject;
  const live = toServed(served, JSON.parse(json) as KubernetesObject);
  const changed = toStored(served, modification.change(live));
  checkPreconditions(served, changed.metadata, current.metadata);
  const next = restrict(context, modification.scope, changed, current);
  carryOverMeta(next.metadata, current.metadata);
  if (!modification.tracked) track(context, next, current, modification.subresource);
  const admission = changeRequest(context, modification, { next, current });
  admit(context, admission, next);
  if (admission.object && modification.seen) modification.seen.take(next, admission.object);
  if (modification.scope === 'main') kind.strategy.prepareForUpdate?.(next, current, strategyFor(context, key));
  if (modification.scope === 'status') {
    const subresource = modification.subresource ?? 'status';
    kind.strategy.prepareForStatusUpdate?.(next, current, strategyFor(context, key), subresource);
  } else moveGeneration(context, next, current);
  refuseInvalid(context, next, validateChange(context, modification, next, current));
  deps.admission.validate(admission);
  if (modification.scope !== 'status') warn(context, next, current);
  return replace(context, key, { stored, current, next });
}

/** Managers own the fields of the form that they write. */
function track(context: WriteContext, next: KubernetesObject, current: KubernetesObject, subresource?: string): void {
  const { served } = context;
  const updated = toServed(served, next);
  trackUpdate(context, updated, { live: toServed(served, current), subresource });
  next.metadata.managedFields = updated.metadata.managedFields;
}

/**
 * Puts a state that has been judged: the last step of every change. A deletion that only waited for this change is
 * completed, and a change that changes nothing writes nothing.
 */
export function replace(
  context: WriteContext,
  key: ObjectKey,
  states: { stored: { json: string }; current: KubernetesObject; next: KubernetesObject },
): Written {
  const { kind, options } = context;
  const { stored, current, next } = states;
  const json = encodeObject(kind, next);
  if (isRemovable(context, next)) {
    if (!options.dryRun) remove(context, key, current);
    return { object: next, json, effect: 'removed' };
  }
  // Compared as stored: a write is what moves an object to another version of storage.
  if (sameText(storedText(kind, json), stored.json))
    return { object: current, json: kind.custom ? encodeObject(kind, current) : stored.json };
  if (options.dryRun) return { object: next, json };
  return { object: next, json: put(context, key, next, json) };
}

/** True for an object whose deletion has begun and that nothing holds any longer. */
export function isRemovable({ kind }: WriteContext, object: KubernetesObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (!deletionTimestamp || finalizers?.length || kind.strategy.isHeld?.(object)) return false;
  return (deletionGracePeriodSeconds ?? 0) === 0;
}

/** Removes an object; watchers see `last` with the revision of the deletion. Returns that text. */
export function remove({ tx, kind }: WriteContext, key: ObjectKey, last: KubernetesObject): string {
  const object = { ...last, metadata: { ...last.metadata, resourceVersion: String(tx.nextRevision) } };
  const json = encodeObject(kind, object);
  forgetObject(tx, key);
  tx.delete(key, json);
  return json;
}

/** @param encoded text of the object as it is */
function put(context: WriteContext, key: ObjectKey, object: KubernetesObject, encoded?: string): string {
  const { tx, kind, deps, strategy } = context;
  const { metadata } = object;
  const claims = kind.strategy.claims?.(object) ?? [];
  refuseTakenClaims(context, key, claims);
  const before = metadata.resourceVersion;
  metadata.resourceVersion = String(tx.nextRevision);
  const json = moveRevision(encoded, before, metadata.resourceVersion) ?? encodeObject(kind, object);
  forgetObject(tx, key);
  const ttl = kind.storage?.ttlSeconds?.(deps.settings);
  tx.put({
    key,
    uid: metadata.uid ?? '',
    json: storedText(kind, json),
    labels: metadata.labels ?? {},
    nodeName: kind.nodes?.audience === 'bound' ? kind.nodes.nodeName?.(object) || undefined : undefined,
    owners: metadata.ownerReferences?.map(({ uid }) => uid) ?? [],
    claims,
    ...(ttl === undefined ? {} : { expiresAtMs: strategy.nowMs + ttl * 1000 }),
  });
  for (const amendment of context.alongside.splice(0)) amend(context, amendment);
  return json;
}

/** Nobody asked for this change, so that no manager of fields is recorded for it. */
function amend(context: WriteContext, { key, change }: Amendment): void {
  const kind = context.deps.kinds.byResource(key.resource);
  const stored = context.tx.get(key);
  if (!kind || !stored) return;
  const object = JSON.parse(stored.json) as KubernetesObject;
  change(object);
  put({ ...context, kind, namespace: key.namespace }, key, object);
}

/** The store would refuse too, but in the middle of the transaction. Strategies give better reasons earlier. */
function refuseTakenClaims({ tx, kind }: WriteContext, key: ObjectKey, claims: readonly string[]): void {
  for (const claim of claims) {
    const holder = tx.claimant(claim);
    if (holder && !sameKey(holder, key)) throw conflict(subjectOf(kind, key.name), `${claim} is already allocated`);
  }
}

function stampNew({ kind, strategy }: WriteContext, { metadata }: KubernetesObject): void {
  for (const field of ['resourceVersion', 'generation', 'selfLink'] as const) delete metadata[field];
  for (const field of ['deletionTimestamp', 'deletionGracePeriodSeconds'] as const) delete metadata[field];
  if (kind.scope === 'Cluster' && metadata.namespace === '') delete metadata.namespace;
  metadata.uid = strategy.uid();
  metadata.creationTimestamp = strategy.now;
}

/**
 * The status belongs to its subresource, everything else to the main resource. Labels and annotations to both, except
 * those of custom resources.
 */
function restrict(
  { kind }: WriteContext,
  scope: Scope,
  next: KubernetesObject,
  current: KubernetesObject,
): KubernetesObject {
  if (scope === 'status' && kind.custom) {
    const { managedFields, uid, resourceVersion } = next.metadata;
    return { ...current, metadata: { ...current.metadata, managedFields, uid, resourceVersion }, status: next.status };
  }
  if (scope === 'status') {
    const { labels, annotations, finalizers, managedFields, uid, resourceVersion } = next.metadata;
    const metadata = { ...current.metadata, labels, annotations, finalizers, managedFields, uid, resourceVersion };
    return { ...current, metadata, status: next.status };
  }
  if (scope === 'main' && kind.subresources?.status) {
    if (current.status === undefined) delete next.status;
    else next.status = current.status;
  }
  return next;
}

/** `metadata.generation` counts the wishes: it moves when anything but metadata and a separate status does. */
function moveGeneration({ kind }: WriteContext, next: KubernetesObject, current: KubernetesObject): void {
  if (!kind.hasGeneration) return;
  const generation = current.metadata.generation ?? 0;
  const isSame = isSameWish(kind, next, current) && !(kind.annotationsMoveGeneration && isReannotated(next, current));
  next.metadata.generation = isSame ? generation : generation + 1;
}

function isReannotated({ metadata: after }: KubernetesObject, { metadata: before }: KubernetesObject): boolean {
  return !sameText(JSON.stringify(after.annotations ?? {}), JSON.stringify(before.annotations ?? {}));
}

function isSameWish({ subresources }: KindDefinition, next: KubernetesObject, current: KubernetesObject): boolean {
  const fields = new Set([...Object.keys(next), ...Object.keys(current)]);
  for (const field of ['metadata', 'kind', 'apiVersion']) fields.delete(field);
  if (subresources?.status) fields.delete('status');
  return [...fields].every((field) => {
    const [after, before] = [next[field], current[field]];
    return after === before || sameText(JSON.stringify(after), JSON.stringify(before));
  });
}

function validateNew({ served: { strategy } }: WriteContext, object: KubernetesObject): FieldError[] {
  return [...strategy.validate(object), ...(strategy.validateCreate?.(object) ?? [])];
}

function validateChange(
  { served }: WriteContext,
  { scope, subresource = 'status' }: Pick<Modification, 'scope' | 'subresource'>,
  next: KubernetesObject,
  current: KubernetesObject,
): FieldError[] {
  const meta = validateObjectMetaUpdate(next.metadata, current.metadata, served);
  const { strategy } = served;
  if (scope === 'status') return [...meta, ...(strategy.validateStatusUpdate?.(next, current, subresource) ?? [])];
  return [...meta, ...strategy.validate(next, current), ...(strategy.validateUpdate?.(next, current) ?? [])];
}

function refuseInvalid({ served, warnings }: WriteContext, object: KubernetesObject, found: FieldError[]): void {
  if (found.length === 0) return;
  const { forgiven = [], errors = [] } = Object.groupBy(found, (one) => (one.forgiven ? 'forgiven' : 'errors'));
  warnings.push(...forgiven.map(fieldErrorText));
  if (errors.length > 0) throw invalid(subjectOf(served, object.metadata.name), errors);
}

function warn({ kind, warnings }: WriteContext, object: KubernetesObject, old?: KubernetesObject): void {
  const found = kind.strategy.warnings?.(object, old);
  if (found) warnings.push(...found);
}
