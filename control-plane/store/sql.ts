import type { SqlDatabase, SqlValue } from './database.ts';

/** One SQL statement with the types of its parameters and of the rows that it returns. */
export interface Statement<Params extends readonly SqlValue[], Row extends object> {
  readonly text: string;
  /** Only for the compiler. */
  readonly types?: (params: Params) => Row;
}

function statement<Params extends readonly SqlValue[], Row extends object = never>(
  text: string,
): Statement<Params, Row> {
  return { text };
}

export function run<Params extends readonly SqlValue[], Row extends object>(
  database: SqlDatabase,
  { text }: Statement<Params, Row>,
  ...params: Params
): Row[] {
  return database.exec<Row>(text, ...params).rows;
}

/** Key columns of the row that a statement is about, in the order of the primary key. */
export type KeyParams = [resource: string, namespace: string, name: string];

export interface KeyRow {
  resource: string;
  namespace: string;
  name: string;
}

export interface ObjectRow {
  namespace: string;
  name: string;
  uid: string;
  revision: number;
  value: string;
}

export interface FullObjectRow extends ObjectRow {
  labels: string;
  node_name: string | null;
  owners: string | null;
  claims: string | null;
}

export interface LabelsRow {
  namespace: string;
  name: string;
  labels: string;
}

export interface LogRow {
  /** See `entryId`. */
  id: number;
  at: number;
  body: string;
}

/**
 * The schema, one entry per version; the number of entries that have run is `meta.schema`. Entries are never edited
 * once released: old and new code run side by side for minutes during a deployment, so each must suit the version before.
 *
 * `value` comes last so that a scan over the columns before it does not read the overflow pages of large objects.
 */
export const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE objects (
       resource TEXT NOT NULL,
       namespace TEXT NOT NULL,
       name TEXT NOT NULL,
       uid TEXT NOT NULL,
       revision INTEGER NOT NULL,
       labels TEXT NOT NULL,
       node_name TEXT,
       owners TEXT,
       claims TEXT,
       expires_at INTEGER,
       value TEXT NOT NULL,
       PRIMARY KEY (resource, namespace, name)
     ) WITHOUT ROWID`,
    `CREATE INDEX objects_by_node ON objects (node_name, resource, namespace, name) WHERE node_name IS NOT NULL`,
    `CREATE TABLE owners (
       owner_uid TEXT NOT NULL,
       resource TEXT NOT NULL,
       namespace TEXT NOT NULL,
       name TEXT NOT NULL,
       PRIMARY KEY (owner_uid, resource, namespace, name)
     ) WITHOUT ROWID`,
    `CREATE TABLE claims (
       claim TEXT PRIMARY KEY,
       resource TEXT NOT NULL,
       namespace TEXT NOT NULL,
       name TEXT NOT NULL
     ) WITHOUT ROWID`,
  ],
];

export const sql = {
  createMeta: statement<[]>(
    'CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID',
  ),
  readMeta: statement<[name: string], { value: number }>('SELECT value FROM meta WHERE name = ?'),
  writeMeta: statement<[name: string, value: number]>(
    'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  ),

  countByNamespace: statement<[resource: string], { namespace: string; count: number }>(
    'SELECT namespace, COUNT(*) AS count FROM objects WHERE resource = ? GROUP BY namespace',
  ),

  getObject: statement<KeyParams, ObjectRow>(
    'SELECT namespace, name, uid, revision, value FROM objects WHERE resource = ? AND namespace = ? AND name = ?',
  ),
  getFullObject: statement<KeyParams, FullObjectRow>(
    `SELECT namespace, name, uid, revision, labels, node_name, owners, claims, value FROM objects
     WHERE resource = ? AND namespace = ? AND name = ?`,
  ),
  insertObject: statement<
    [
      ...KeyParams,
      uid: string,
      revision: number,
      labels: string,
      nodeName: string | null,
      owners: string | null,
      claims: string | null,
      expiresAt: number | null,
      value: string,
    ]
  >(
    `INSERT INTO objects (resource, namespace, name, uid, revision, labels, node_name, owners, claims, expires_at, value)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ),
  /** Leaves `node_name` out: SQLite rewrites an index whenever its column is named in SET, changed or not. */
  updateObject: statement<
    [
      uid: string,
      revision: number,
      labels: string,
      owners: string | null,
      claims: string | null,
      expiresAt: number | null,
      value: string,
      ...KeyParams,
    ]
  >(
    `UPDATE objects SET uid = ?, revision = ?, labels = ?, owners = ?, claims = ?, expires_at = ?, value = ?
     WHERE resource = ? AND namespace = ? AND name = ?`,
  ),
  moveObject: statement<
    [
      uid: string,
      revision: number,
      labels: string,
      nodeName: string | null,
      owners: string | null,
      claims: string | null,
      expiresAt: number | null,
      value: string,
      ...KeyParams,
    ]
  >(
    `UPDATE objects SET uid = ?, revision = ?, labels = ?, node_name = ?, owners = ?, claims = ?, expires_at = ?, value = ?
     WHERE resource = ? AND namespace = ? AND name = ?`,
  ),
  deleteObject: statement<KeyParams>('DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?'),
  /** The keys are a JSON array of [namespace, name] in the order wanted; CROSS JOIN keeps the planner from changing it. */
  getObjects: statement<[keys: string, resource: string], ObjectRow>(
    `SELECT o.namespace, o.name, o.uid, o.revision, o.value
     FROM json_each(?) k CROSS JOIN objects o
     ON o.resource = ? AND o.namespace = k.value ->> 0 AND o.name = k.value ->> 1
     ORDER BY k.key`,
  ),
  expiredObjects: statement<[resource: string, beforeMs: number, limit: number], ObjectRow>(
    `SELECT namespace, name, uid, revision, value FROM objects
     WHERE resource = ? AND expires_at <= ? ORDER BY namespace, name LIMIT ?`,
  ),
  nextExpiry: statement<[resource: string], { at: number | null }>(
    'SELECT MIN(expires_at) AS at FROM objects WHERE resource = ?',
  ),

  insertOwner: statement<[uid: string, ...KeyParams]>(
    'INSERT INTO owners (owner_uid, resource, namespace, name) VALUES (?, ?, ?, ?)',
  ),
  deleteOwner: statement<[uid: string, ...KeyParams]>(
    'DELETE FROM owners WHERE owner_uid = ? AND resource = ? AND namespace = ? AND name = ?',
  ),
  ownedKeys: statement<[uid: string, limit: number], KeyRow>(
    'SELECT resource, namespace, name FROM owners WHERE owner_uid = ? ORDER BY resource, namespace, name LIMIT ?',
  ),

  getClaim: statement<[claim: string], KeyRow>('SELECT resource, namespace, name FROM claims WHERE claim = ?'),
  insertClaim: statement<[claim: string, ...KeyParams]>(
    'INSERT INTO claims (claim, resource, namespace, name) VALUES (?, ?, ?, ?)',
  ),
  deleteClaim: statement<[claim: string]>('DELETE FROM claims WHERE claim = ?'),

  createTimers: statement<[]>(
    'CREATE TABLE IF NOT EXISTS timers (name TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID',
  ),
  listTimers: statement<[], { name: string; at: number }>('SELECT name, at FROM timers'),
  writeTimer: statement<[name: string, at: number]>(
    'INSERT INTO timers (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at',
  ),
  deleteTimer: statement<[name: string]>('DELETE FROM timers WHERE name = ?'),

  /** Log segments are tables named after the first revision that they may hold. */
  segments: statement<[], { name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'log_[0-9]*'",
  ),
} as const;

/** A log entry that is too long for one row is cut into at most this many. */
export const maxParts = 256;

/** Key of a part of the log entry whose last change has this revision. One integer, so that SQLite needs no second index. */
export function entryId(revision: number, part: number): number {
  return revision * maxParts + part;
}

export function revisionOf(id: number): number {
  return Math.floor(id / maxParts);
}

/** Statements on one segment of the log. The number is ours, so it can stand in the text. */
export const segmentSql = {
  create: (first: number) =>
    statement<[]>(`CREATE TABLE log_${first} (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL)`),
  drop: (first: number) => statement<[]>(`DROP TABLE log_${first}`),
  append: (first: number) =>
    statement<[id: number, at: number, body: string]>(`INSERT INTO log_${first} (id, at, body) VALUES (?, ?, ?)`),
  read: (first: number) =>
    statement<[afterId: number, limit: number], LogRow>(
      `SELECT id, at, body FROM log_${first} WHERE id > ? ORDER BY id LIMIT ?`,
    ),
  first: (first: number) =>
    statement<[], { id: number; at: number }>(`SELECT id, at FROM log_${first} ORDER BY id LIMIT 1`),
  last: (first: number) =>
    statement<[], { id: number; at: number }>(`SELECT id, at FROM log_${first} ORDER BY id DESC LIMIT 1`),
} as const;

/** What a scan over the objects of one resource is narrowed by; everything given is served by an index. */
export interface ScanConditions {
  resource: string;
  namespace?: string;
  nodeName?: string;
  owner?: string;
  after?: { namespace: string; name: string };
  /** Only rows that have not changed since. */
  unchangedSince?: number;
  limit?: number;
}

export interface ScanRows {
  objects: ObjectRow;
  labels: LabelsRow;
  count: { count: number };
}

const scanColumns = {
  objects: 'o.namespace, o.name, o.uid, o.revision, o.value',
  labels: 'o.namespace, o.name, o.labels',
  count: 'COUNT(*) AS count',
} as const;

const ownedObjects =
  'owners w CROSS JOIN objects o ON o.resource = w.resource AND o.namespace = w.namespace AND o.name = w.name';
/** Without statistics the planner prefers the primary key, and would read all objects of the resource. */
const objectsOfNode = 'objects o INDEXED BY objects_by_node';

/** Builds the statement of a scan. There are few shapes, so their prepared forms stay cached. */
export function scan<What extends keyof ScanRows>(
  database: SqlDatabase,
  what: What,
  by: ScanConditions,
): ScanRows[What][] {
  const where: string[] = [];
  const params: SqlValue[] = [];
  const and = (condition: string, ...values: SqlValue[]) => {
    where.push(condition);
    params.push(...values);
  };
  // The range conditions name the table whose index is walked, so that its order is the order of the answer.
  const walked = by.owner === undefined ? 'o' : 'w';
  if (by.owner !== undefined) and('w.owner_uid = ?', by.owner);
  if (by.nodeName !== undefined) and('o.node_name = ?', by.nodeName);
  and(`${walked}.resource = ?`, by.resource);
  if (by.namespace !== undefined) {
    and(`${walked}.namespace = ?`, by.namespace);
    if (by.after) and(`${walked}.name > ?`, by.after.name);
  } else if (by.after) {
    and(`(${walked}.namespace, ${walked}.name) > (?, ?)`, by.after.namespace, by.after.name);
  }
  if (by.unchangedSince !== undefined) and('o.revision <= ?', by.unchangedSince);

  const from = by.owner !== undefined ? ownedObjects : by.nodeName !== undefined ? objectsOfNode : 'objects o';
  let text = `SELECT ${scanColumns[what]} FROM ${from} WHERE ${where.join(' AND ')}`;
  if (what !== 'count') text += ` ORDER BY ${walked}.namespace, ${walked}.name`;
  if (by.limit !== undefined) {
    text += ' LIMIT ?';
    params.push(by.limit);
  }
  return database.exec<ScanRows[What]>(text, ...params).rows;
}
