import type { Schema } from '../../schema/model.ts';
import { type JsonObject, jsonEqual } from '../json.ts';
import type { KubernetesObject, ManagedFieldsEntry } from '../object.ts';
import { type Comparison, compareObjects } from './compare.ts';
import { fieldSetOfPaths } from './extract.ts';
import { difference, differenceBelow, emptySet, isEmpty, union } from './field-set.ts';
import {
  capUpdateManagers,
  decodeSent,
  decodeStored,
  encodeManagers,
  equalManagers,
  identityOf,
  type Manager,
  withFields,
} from './managed-fields.ts';

export interface UpdateManagersInput {
  schema: Schema;
  /** The stored object; absent on create. */
  live?: KubernetesObject;
  /** What the write makes of it, after decoding and defaulting, before admission and the strategy. Not changed. */
  updated: KubernetesObject;
  /** Name of the writer. */
  manager: string;
  /** Of the request. */
  apiVersion: string;
  subresource?: string;
  /** RFC 3339 with seconds. */
  now: string;
  /** Dotted paths that this endpoint resets, so that no writer through it owns or loses them: `status`. */
  resetFields?: readonly string[];
}

/**
 * `metadata.managedFields` after a create, update or patch (not an apply): the writer owns what it changed, and nobody
 * owns what is gone. Returns the very list of `live` when nothing about ownership changes. A list in `updated` replaces
 * the stored one first, and `[{}]` there turns tracking off; a malformed list is ignored.
 */
export function applyUpdateManagers(input: UpdateManagersInput): ManagedFieldsEntry[] | undefined {
  const { schema, live, updated, resetFields } = input;
  const stored = decodeStored(live?.metadata.managedFields);
  const managers = sentManagers(input, stored);
  // Whoever turned tracking off does not want it back with the next update.
  if (live && managers.length === 0) return undefined;
  const comparison = compareObjects(schema, live as JsonObject | undefined, updated as JsonObject);
  return settle(input, stored, changeOwners(managers, withoutReset(comparison, resetFields), input));
}

/** The entries that the write starts from: those that the client sent, where it sent some. */
function sentManagers({ updated, live, subresource }: UpdateManagersInput, stored: Manager[]): Manager[] {
  const sent = updated.metadata.managedFields;
  // A client that read the object sends its list back; that this is cheap to see matters more than what follows.
  if (subresource || !sent || sent.length === 0 || jsonEqual(sent, live?.metadata.managedFields)) return stored;
  if (sent.length === 1 && Object.values(sent[0] ?? {}).every((value) => !value)) return [];
  const managers = decodeSent(sent);
  return !managers || equalManagers(managers, stored) ? stored : managers;
}

/** A write that changes neither fields nor owners leaves the list as it is, times included. */
function settle(
  { live }: UpdateManagersInput,
  stored: Manager[],
  managers: Manager[],
): ManagedFieldsEntry[] | undefined {
  const isUnchanged =
    managers.length === stored.length && managers.every((manager, index) => manager === stored[index]);
  return isUnchanged ? live?.metadata.managedFields : encodeManagers(managers);
}

export function withoutReset({ changed, removed }: Comparison, resetFields: readonly string[] | undefined): Comparison {
  if (!resetFields?.length) return { changed, removed };
  const reset = fieldSetOfPaths(resetFields);
  return { changed: differenceBelow(changed, reset), removed: differenceBelow(removed, reset) };
}

function changeOwners(managers: Manager[], { changed, removed }: Comparison, input: UpdateManagersInput): Manager[] {
  if (isEmpty(changed) && isEmpty(removed)) return managers;
  const own: Manager = {
    manager: input.manager,
    operation: 'Update',
    apiVersion: input.apiVersion,
    subresource: input.subresource ?? '',
    time: input.now,
    fields: emptySet,
  };
  const identity = identityOf(own);
  const others: Manager[] = [];
  for (const manager of managers) {
    const left = withFields(manager, difference(difference(manager.fields, changed), removed));
    if (isEmpty(changed) || identityOf(manager) !== identity) {
      if (left) others.push(left);
    } else own.fields = left?.fields ?? emptySet;
  }
  if (isEmpty(changed)) return others;
  return capUpdateManagers([...others, { ...own, fields: union(own.fields, changed) }]);
}
