import type { ManagedFieldsEntry } from '../object.ts';
import { decodeFields, equalSets, type FieldSet, isEmpty, sorted, union } from './field-set.ts';

/** Who owns which fields: an entry of `metadata.managedFields`, decoded. */
export interface Manager {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  /** Empty for writes to the object itself. */
  subresource: string;
  /** RFC 3339 with seconds. */
  time: string | undefined;
  fields: FieldSet;
  /** The entry that this was decoded from, while nothing about it has changed. */
  source?: ManagedFieldsEntry;
}

const maximumUpdateManagers = 10;

/** Entries of a stored object: written by `encodeManagers`, so taken as they are. */
export function decodeStored(entries: readonly ManagedFieldsEntry[] | undefined): Manager[] {
  return (entries ?? []).map((entry) => managerOf(entry, (entry.fieldsV1 ?? {}) as FieldSet, entry));
}

/** Entries that a client sent; undefined where one of them is malformed. */
export function decodeSent(entries: readonly ManagedFieldsEntry[]): Manager[] | undefined {
  const byIdentity = new Map<string, Manager>();
  for (const entry of entries) {
    const isKnown = entry.operation === 'Apply' || entry.operation === 'Update';
    const fields = decodeFields(entry.fieldsV1);
    if (!isKnown || !entry.apiVersion || entry.fieldsType !== 'FieldsV1' || !fields) return undefined;
    const manager = managerOf(entry, fields);
    byIdentity.set(identityOf(manager), manager);
  }
  return [...byIdentity.values()];
}

/** Whether every entry says who owns what in a form that can be read. */
export function areReadable(entries: readonly ManagedFieldsEntry[]): boolean {
  return decodeSent(entries) !== undefined;
}

function managerOf(entry: ManagedFieldsEntry, fields: FieldSet, source?: ManagedFieldsEntry): Manager {
  return {
    manager: entry.manager ?? '',
    operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: entry.apiVersion ?? '',
    subresource: entry.subresource ?? '',
    time: entry.time,
    fields,
    source,
  };
}

/** Appliers keep their entry when they go to another version of the API; updaters have one for each. */
export function identityOf({ manager, operation, apiVersion, subresource }: Omit<Manager, 'fields' | 'time'>): string {
  return JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource]);
}

/** The entry without `fields`; undefined when that leaves nothing. */
export function withFields(manager: Manager, fields: FieldSet): Manager | undefined {
  if (fields === manager.fields) return manager;
  return isEmpty(fields) ? undefined : { ...manager, fields, source: undefined };
}

/** True when both lists say the same, times aside. */
export function equalManagers(a: readonly Manager[], b: readonly Manager[]): boolean {
  if (a.length !== b.length) return false;
  const byIdentity = new Map(a.map((manager) => [identityOf(manager), manager]));
  return b.every((manager) => {
    const other = byIdentity.get(identityOf(manager));
    return other !== undefined && other.apiVersion === manager.apiVersion && equalSets(other.fields, manager.fields);
  });
}

/** The wire form, in Kubernetes' order; undefined when there is no entry. */
export function encodeManagers(managers: readonly Manager[]): ManagedFieldsEntry[] | undefined {
  if (managers.length === 0) return undefined;
  return [...managers].sort(byOperationAndTime).map(encode);
}

function encode(manager: Manager): ManagedFieldsEntry {
  if (manager.source) return manager.source;
  return {
    ...(manager.manager ? { manager: manager.manager } : {}),
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time ? { time: manager.time } : {}),
    fieldsType: 'FieldsV1',
    fieldsV1: sorted(manager.fields),
    ...(manager.subresource ? { subresource: manager.subresource } : {}),
  };
}

function byOperationAndTime(a: Manager, b: Manager): number {
  return (
    compareText(a.operation, b.operation) ||
    compareText(a.time ?? '', b.time ?? '') ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Bounds the entries of updaters, which every client can make as many of as it has names: the oldest of a version are
 * merged into one that is called `ancient-changes`.
 */
export function capUpdateManagers(managers: readonly Manager[]): Manager[] {
  const updaters = managers.filter(({ operation }) => operation === 'Update').sort(byOperationAndTime);
  let excess = updaters.length - maximumUpdateManagers;
  const result = new Set(managers);
  const buckets = new Map<string, Manager>();
  for (const updater of updaters) {
    if (excess <= 0) break;
    const first = buckets.get(updater.apiVersion);
    result.delete(updater);
    if (first) excess--;
    const bucket = first ? mergeInto(first, updater) : updater;
    if (first) result.delete(first);
    buckets.set(updater.apiVersion, bucket);
    result.add(bucket);
  }
  return [...result];
}

function mergeInto(bucket: Manager, { fields, time }: Manager): Manager {
  return {
    ...bucket,
    manager: 'ancient-changes',
    subresource: '',
    time,
    fields: union(bucket.fields, fields),
    source: undefined,
  };
}
