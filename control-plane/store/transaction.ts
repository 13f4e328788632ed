import { tooLarge } from '../../shared/api/errors.ts';
import type { ObjectKey } from '../../shared/api/object.ts';
import type { ValueCodec } from './codec.ts';
import type { SqlDatabase } from './database.ts';
import { storedObjectOf } from './listing.ts';
import type { FormerRow, LoggedChange } from './log-entry.ts';
import { createReader, describeKey, type History } from './reader.ts';
import { type FullObjectRow, type KeyParams, run, sql } from './sql.ts';
import { ClaimTaken, type PutInput, type StoreReader, type StoreTransaction } from './store.ts';

/** Kubernetes' own limit on a stored object (etcd's on a request). */
const maxObjectBytes = 1.5 * 1024 * 1024;

/**
 * The writing side of one transaction. Objects, owners and claims are written as they come, the log entry by the store
 * at the end from `changes`.
 *
 * Everything that may refuse a `put` is asked before the first row is touched, so that `mutations` tells whether a
 * refused one left anything behind.
 */
export class OpenTransaction implements StoreTransaction {
  readonly changes: LoggedChange[] = [];
  readonly #database: SqlDatabase;
  readonly #codec: ValueCodec;
  readonly #at: number;
  readonly #reader: StoreReader;
  #nextRevision: number;
  #mutations = 0;
  #isOpen = true;
  /** The row read last: whoever writes an object has just looked at it. */
  #lastRead: { key: ObjectKey; row: FullObjectRow | undefined } | undefined;

  constructor(options: { database: SqlDatabase; codec: ValueCodec; at: number; history: History }) {
    this.#database = options.database;
    this.#codec = options.codec;
    this.#at = options.at;
    this.#nextRevision = options.history.revision + 1;
    this.#reader = createReader(options.database, options.codec, this.#including(options.history));
  }

  get revision(): number {
    return this.#nextRevision - 1;
  }

  get compactedRevision(): number {
    return this.#reader.compactedRevision;
  }

  get nextRevision(): number {
    return this.#nextRevision;
  }

  get mutations(): number {
    return this.#mutations;
  }

  get: StoreReader['get'] = (key) => {
    this.#open();
    const row = this.#read(key);
    return row && storedObjectOf(this.#codec, key.resource)(row);
  };
  list: StoreReader['list'] = (query) => this.#open().list(query);
  claimant: StoreReader['claimant'] = (claim) => this.#open().claimant(claim);
  owned: StoreReader['owned'] = (owner, limit) => this.#open().owned(owner, limit);

  put(input: PutInput): void {
    this.#open();
    assertSize(input.json);
    const before = this.#read(input.key);
    const claims = difference(parseNames(before?.claims), input.claims);
    this.#assertFree(claims.added, input.key);
    const owners = difference(parseNames(before?.owners), input.owners);
    const value = this.#codec.encode(input.key, input.json);

    this.#mutations++;
    if (before) this.#update(input, value, before);
    else this.#insert(input, value);
    this.#writeOwners(input.key, owners);
    this.#writeClaims(input.key, claims);
    this.#record(before ? 'MODIFIED' : 'ADDED', input.key, input.json, before);
  }

  delete(key: ObjectKey, json: string): void {
    this.#open();
    const before = this.#read(key);
    if (!before) throw new Error(`cannot delete ${describeKey(key)}: it does not exist`);

    this.#mutations++;
    run(this.#database, sql.deleteObject, ...params(key));
    this.#writeOwners(key, difference(parseNames(before.owners), []));
    this.#writeClaims(key, difference(parseNames(before.claims), []));
    this.#record('DELETED', key, json, before);
  }

  /** After this the transaction refuses everything: nobody can write past its end. */
  close(): void {
    this.#isOpen = false;
  }

  #open(): StoreReader {
    if (!this.#isOpen) throw new Error('the transaction is over');
    return this.#reader;
  }

  #including(history: History): History {
    const revision = () => this.#nextRevision - 1;
    const own = this.changes;
    return {
      get revision() {
        return revision();
      },
      get compactedRevision() {
        return history.compactedRevision;
      },
      *since(after, resource) {
        if (after < history.revision) yield* history.since(after, resource);
        yield* own.filter((change) => change.revision > after && change.key.resource === resource);
      },
    };
  }

  #read(key: ObjectKey): FullObjectRow | undefined {
    const last = this.#lastRead;
    if (last && sameKey(last.key, key)) return last.row;
    const row = run(this.#database, sql.getFullObject, ...params(key))[0];
    this.#lastRead = { key, row };
    return row;
  }

  #assertFree(claims: readonly string[], key: ObjectKey): void {
    for (const claim of claims) {
      const holder = run(this.#database, sql.getClaim, claim)[0];
      if (holder) throw new ClaimTaken(claim, holder);
      if (claims.indexOf(claim) !== claims.lastIndexOf(claim)) throw new ClaimTaken(claim, key);
    }
  }

  #insert(input: PutInput, value: string): void {
    run(
      this.#database,
      sql.insertObject,
      ...params(input.key),
      input.uid,
      this.#nextRevision,
      labelText(input.labels),
      input.nodeName || null,
      nameText(input.owners),
      nameText(input.claims),
      input.expiresAtMs ?? null,
      value,
    );
  }

  #update(input: PutInput, value: string, before: FullObjectRow): void {
    const node = input.nodeName || null;
    const head = [input.uid, this.#nextRevision, labelText(input.labels)] as const;
    const tail = [
      nameText(input.owners),
      nameText(input.claims),
      input.expiresAtMs ?? null,
      value,
      ...params(input.key),
    ] as const;
    if (node === before.node_name) run(this.#database, sql.updateObject, ...head, ...tail);
    else run(this.#database, sql.moveObject, ...head, node, ...tail);
  }

  #writeOwners(key: ObjectKey, { added, removed }: Difference): void {
    for (const uid of removed) run(this.#database, sql.deleteOwner, uid, ...params(key));
    for (const uid of added) run(this.#database, sql.insertOwner, uid, ...params(key));
  }

  #writeClaims(key: ObjectKey, { added, removed }: Difference): void {
    for (const claim of removed) run(this.#database, sql.deleteClaim, claim);
    for (const claim of added) run(this.#database, sql.insertClaim, claim, ...params(key));
  }

  #record(type: LoggedChange['type'], key: ObjectKey, json: string, before: FullObjectRow | undefined): void {
    const revision = this.#nextRevision++;
    this.#lastRead = undefined;
    const change: LoggedChange = { revision, at: this.#at, type, key, json };
    if (before) {
      change.previous = this.#codec.decode(key, before.value);
      change.former = formerRow(before);
    }
    this.changes.push(change);
  }
}

interface Difference {
  added: string[];
  removed: string[];
}

function difference(before: readonly string[], after: readonly string[]): Difference {
  return {
    added: after.filter((name) => !before.includes(name)),
    removed: before.filter((name) => !after.includes(name)),
  };
}

function formerRow(row: FullObjectRow): FormerRow {
  return {
    uid: row.uid,
    revision: row.revision,
    labels: row.labels,
    ...(row.node_name === null ? {} : { nodeName: row.node_name }),
    ...(row.owners === null ? {} : { owners: parseNames(row.owners) }),
  };
}

function sameKey(a: ObjectKey, b: ObjectKey): boolean {
  return a.name === b.name && a.namespace === b.namespace && a.resource === b.resource;
}

function params({ resource, namespace, name }: ObjectKey): KeyParams {
  return [resource, namespace, name];
}

function parseNames(text: string | null | undefined): string[] {
  return text ? (JSON.parse(text) as string[]) : [];
}

function nameText(names: readonly string[]): string | null {
  return names.length === 0 ? null : JSON.stringify(names);
}

/** Sorted, so that equal labels are equal texts. */
function labelText(labels: Readonly<Record<string, string>>): string {
  const keys = Object.keys(labels);
  if (keys.length === 0) return '{}';
  return JSON.stringify(Object.fromEntries(keys.sort().map((key) => [key, labels[key]])));
}

function assertSize(json: string): void {
  // A UTF-16 unit takes at most three bytes, so most texts need no count.
  if (json.length * 3 <= maxObjectBytes) return;
  if (new TextEncoder().encode(json).byteLength > maxObjectBytes) throw tooLarge('etcdserver: request is too large');
}
