import { describe, expect, it } from 'vitest';
import { createAesCodec } from './aes-codec.ts';
import { createStore } from './create-store.ts';
import { openNodeDatabase } from './testing/node-sqlite.ts';
import { aKey, deleteObject, putObject } from './testing/objects.ts';

const keyOf = (id: string, byte: number) => ({ id, secret: new Uint8Array(32).fill(byte) });
const codecWith = (...keys: ReturnType<typeof keyOf>[]) =>
  createAesCodec({ keys, isEncrypted: (resource) => resource === 'secrets' });
const secret = aKey('s', { resource: 'secrets' });
const json = '{"data":{"password":"c2VjcmV0"},"note":"ü\u{1F600}"}';

describe('encryption at rest', () => {
  it('[S14] nothing of a secret is in the database, in its row or in the log, and everything comes back', () => {
    const sql = openNodeDatabase();
    const open = () => createStore({ sql, now: () => 1, codec: codecWith(keyOf('k1', 7)) });
    const store = open();
    const key = { resource: 'secrets' };
    store.transaction((tx) => putObject(tx, 's', { key, content: 'first-value' }));
    store.transaction((tx) => putObject(tx, 's', { key, content: 'second-value' }));
    store.transaction((tx) => deleteObject(tx, 's', key));
    store.transaction((tx) => putObject(tx, 's', { key, content: 'third-value' }));
    const stored = ['SELECT value FROM objects', 'SELECT body FROM log_1'].map((text) =>
      JSON.stringify(sql.exec(text).rows),
    );
    expect(stored.join()).not.toMatch(/-value/);
    const reopened = open();
    expect(reopened.get(secret)?.json).toContain('third-value');
    expect(reopened.changes({ after: 0 }).changes.map((change) => change.previous ?? '')).toEqual([
      '',
      expect.stringContaining('first-value'),
      expect.stringContaining('second-value'),
      '',
    ]);
  });

  it('[S14] a value belongs to its object and its key; keys can be rotated and encryption switched on later', () => {
    const old = codecWith(keyOf('k1', 1));
    const rotated = codecWith(keyOf('k2', 2), keyOf('k1', 1));
    const value = old.encode(secret, json);
    expect(value).toMatch(/^fairlead:enc:aesgcm:v1:k1:[\w+/=]+$/);
    expect(rotated.decode(secret, value)).toBe(json);
    expect(rotated.encode(secret, json)).toContain(':k2:');
    expect(old.decode(secret, json)).toBe(json);
    expect(old.encode(secret, json)).not.toBe(value);
    expect(old.encode(aKey('p'), json)).toBe(json);
    expect(() => old.decode(aKey('other', { resource: 'secrets' }), value)).toThrow();
    expect(() => codecWith(keyOf('k3', 3)).decode(secret, value)).toThrow('no encryption key "k1"');
    expect(() => codecWith(keyOf('k1', 3)).decode(secret, value)).toThrow();
    expect(() => codecWith()).toThrow('at least one key');
  });
});
