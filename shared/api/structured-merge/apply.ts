import type { Schema } from '../../schema/model.ts';
import { badRequest } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { KubernetesObject, ManagedFieldsEntry } from '../object.ts';
import { type Comparison, compareObjects, unownedPaths } from './compare.ts';
import { applyConflict, type ManagerConflict } from './conflicts.ts';
import { extractFieldSet, fieldSetOfPaths, UntypedField } from './extract.ts';
import { difference, differenceBelow, equalSets, type FieldSet, intersection, isEmpty, union } from './field-set.ts';
import { kubectlManager, lastAppliedFields, syncLastApplied } from './last-applied.ts';
import {
  capUpdateManagers,
  decodeStored,
  encodeManagers,
  equalManagers,
  identityOf,
  type Manager,
  withFields,
} from './managed-fields.ts';
import { mergeObjects } from './merge-objects.ts';
import { removeFields, withLeadingFields } from './remove.ts';
import { withoutReset } from './update.ts';

export interface ServerSideApplyInput {
  schema: Schema;
  /** The stored object; absent when the apply creates it. */
  live?: KubernetesObject;
  /** The configuration as sent: decoded, not defaulted. Not changed. */
  applied: KubernetesObject;
  manager: string;
  /** Take fields over from other managers. */
  force: boolean;
  /** Of the request. */
  apiVersion: string;
  subresource?: string;
  /** RFC 3339 with seconds. */
  now: string;
  /** Dotted paths that this endpoint resets: they are merged but never owned through it. */
  resetFields?: readonly string[];
}

export interface ServerSideApplyResult {
  /** Not defaulted yet; `metadata.managedFields` is left out. */
  object: KubernetesObject;
  managedFields: ManagedFieldsEntry[] | undefined;
}

/**
 * Server-side apply: lays the configuration over the live object, takes away what this manager applied before and
 * nobody applies any more, and records who owns what. Changes nothing, times included, where there is nothing to
 * change. Throws Conflict when fields of others would change and `force` is not set, and BadRequest for a
 * configuration that does not fit the schema.
 */
export function serverSideApply(input: ServerSideApplyInput): ServerSideApplyResult {
  checkApplied(input);
  const { schema, live, applied } = input;
  const base: KubernetesObject = live ? withoutManagedFields(live) : startOf(applied);
  const stored = decodeStored(live?.metadata.managedFields);
  const managers = live && stored.length === 0 ? [beforeFirstApply(input, base)] : stored;
  const appliedFields = fieldsOf(schema, applied);
  const own = ownEntry(input, appliedFields);
  const previous = managers.find((manager) => identityOf(manager) === identityOf(own));
  const others = managers.filter((manager) => manager !== previous);

  const merged = keepServerFields(mergeObjects(schema, base as JsonObject, applied as JsonObject), base);
  const owned = [...others.map(({ fields }) => fields), appliedFields];
  const object = prune(schema, merged, previous?.fields, owned) as KubernetesObject;
  const comparison = compareObjects(schema, base as JsonObject, object as JsonObject);
  const counted = withoutReset(comparison, input.resetFields);
  rejectConflicts(input, others, counted);

  const isSame = isEmpty(comparison.changed) && isEmpty(comparison.removed) && live !== undefined;
  if (isSame && previous && equalSets(previous.fields, own.fields)) own.time = previous.time;
  const after = capUpdateManagers([...loseFields(others, counted), ...(isEmpty(own.fields) ? [] : [own])]);
  const keepsEntries = isSame && equalManagers(stored, after);
  return {
    object: input.manager === kubectlManager ? syncLastApplied(object, applied) : object,
    managedFields: keepsEntries ? live.metadata.managedFields : encodeManagers(after),
  };
}

function checkApplied({ applied, apiVersion }: ServerSideApplyInput): void {
  if (applied.apiVersion !== apiVersion) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${applied.apiVersion ?? ''}, expected: ${apiVersion}`,
    );
  }
  if (applied.metadata?.managedFields) throw badRequest('metadata.managedFields must be nil');
}

function withoutManagedFields(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** What an apply that creates starts from: an object that has its type and nothing else. */
function startOf({ apiVersion, kind }: KubernetesObject): KubernetesObject {
  return { apiVersion, kind, metadata: {} };
}

/** A configuration may hold `creationTimestamp: null` and the like; what the server set is not taken away by that. */
function keepServerFields(merged: JsonObject, { metadata }: KubernetesObject): JsonObject {
  const { uid, creationTimestamp } = metadata;
  const kept = { ...(uid ? { uid } : {}), ...(creationTimestamp ? { creationTimestamp } : {}) };
  return { ...merged, metadata: { ...kept, ...(merged.metadata as JsonObject) } };
}

function ownEntry(input: ServerSideApplyInput, appliedFields: FieldSet): Manager {
  const never = fieldSetOfPaths([...unownedPaths, ...(input.resetFields ?? [])]);
  return {
    manager: input.manager,
    operation: 'Apply',
    apiVersion: input.apiVersion,
    subresource: input.subresource ?? '',
    time: input.now,
    fields: differenceBelow(difference(appliedFields, fieldSetOfPaths(['metadata'])), never),
  };
}

/** Objects from before tracking, or with tracking turned off: all that is there belongs to someone unknown. */
function beforeFirstApply({ schema, apiVersion, now }: ServerSideApplyInput, live: KubernetesObject): Manager {
  return {
    manager: 'before-first-apply',
    operation: 'Update',
    apiVersion,
    subresource: '',
    time: now,
    fields: compareObjects(schema, undefined, live as JsonObject).changed,
  };
}

/** Removes what was in the last applied configuration and is in nobody's set now. */
function prune(schema: Schema, merged: JsonObject, last: FieldSet | undefined, owned: readonly FieldSet[]): JsonObject {
  if (!last) return merged;
  const managed = owned.map((set) => withLeadingFields(schema, set)).reduce(union);
  const given = difference(withLeadingFields(schema, last), managed);
  return removeFields(schema, merged, difference(given, fieldSetOfPaths(['metadata'])));
}

function rejectConflicts(input: ServerSideApplyInput, others: readonly Manager[], { changed }: Comparison): void {
  if (input.force) return;
  let conflicts = conflictsOf(others, changed);
  if (conflicts.length > 0 && input.manager === kubectlManager) {
    const allowed = lastAppliedFields(input.schema, input.live);
    conflicts = conflictsOf(others, difference(changed, allowed));
  }
  if (conflicts.length > 0) throw applyConflict(conflicts);
}

function conflictsOf(others: readonly Manager[], changed: FieldSet): ManagerConflict[] {
  return others
    .map((manager) => ({ manager, fields: intersection(manager.fields, changed) }))
    .filter(({ fields }) => !isEmpty(fields));
}

function loseFields(managers: readonly Manager[], { changed, removed }: Comparison): Manager[] {
  return managers
    .map((manager) => withFields(manager, difference(difference(manager.fields, changed), removed)))
    .filter((manager) => manager !== undefined);
}

function fieldsOf(schema: Schema, applied: KubernetesObject): FieldSet {
  try {
    return extractFieldSet(schema, applied as JsonObject);
  } catch (error) {
    if (!(error instanceof UntypedField)) throw error;
    throw badRequest(`failed to create typed patch object (${describe(applied)}): ${error.message}`);
  }
}

/** `default/web; apps/v1, Kind=Deployment`. */
function describe({ apiVersion = '', kind, metadata }: KubernetesObject): string {
  const groupVersion = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
  return `${metadata.namespace ?? ''}/${metadata.name}; ${groupVersion}, Kind=${kind}`;
}
