import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { ObjectKey } from '../../shared/api/object.ts';
import type { ValueCodec } from './codec.ts';

/** An AES-256 key and the name under which values remember it. */
export interface EncryptionKey {
  /** Letters, digits, `-` and `_`. */
  id: string;
  /** 32 bytes. */
  secret: Uint8Array;
}

export interface AesCodecOptions {
  /** The first one encrypts; all decrypt, so that a key can be rotated by putting a new one in front. */
  keys: readonly EncryptionKey[];
  /** Which resources are encrypted: `secrets`, `deployments.apps`. */
  isEncrypted(resource: string): boolean;
}

const prefix = 'fairlead:enc:aesgcm:v1:';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Encrypts the values of chosen resources with AES-256-GCM: `fairlead:enc:aesgcm:v1:KEY:` and base64 of nonce, tag and
 * cipher text. The object's key is authenticated with it, so that a value copied to another row does not decrypt.
 * Values without the prefix are read as they are: a resource may become an encrypted one later.
 */
export function createAesCodec({ keys, isEncrypted }: AesCodecOptions): ValueCodec {
  const current = keys[0];
  if (!current) throw new Error('encryption needs at least one key');
  for (const key of keys) {
    if (key.secret.byteLength !== 32) throw new Error(`encryption key ${key.id} must have 32 bytes`);
    if (!/^[\w-]+$/.test(key.id))
      throw new Error(`encryption key id ${JSON.stringify(key.id)} must be letters, digits, - and _`);
  }
  const byId = new Map(keys.map((key) => [key.id, key]));
  return {
    encode: (key, json) => (isEncrypted(key.resource) ? seal(current, key, json) : json),
    decode: (key, value) => (value.startsWith(prefix) ? open(byId, key, value) : value),
  };
}

function seal(key: EncryptionKey, object: ObjectKey, json: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key.secret, nonce).setAAD(authenticated(object));
  const body = Buffer.concat([cipher.update(json, 'utf8'), cipher.final()]);
  return `${prefix}${key.id}:${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')}`;
}

function open(keys: ReadonlyMap<string, EncryptionKey>, object: ObjectKey, value: string): string {
  const colon = value.indexOf(':', prefix.length);
  const id = value.slice(prefix.length, colon);
  const key = keys.get(id);
  if (!key)
    throw new Error(
      `no encryption key ${JSON.stringify(id)} for ${object.resource} ${object.namespace}/${object.name}`,
    );
  const bytes = Buffer.from(value.slice(colon + 1), 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key.secret, bytes.subarray(0, nonceBytes));
  decipher.setAAD(authenticated(object));
  decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8');
}

function authenticated({ resource, namespace, name }: ObjectKey): Buffer {
  return Buffer.from(`${resource}/${namespace}/${name}`, 'utf8');
}
