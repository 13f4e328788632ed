import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { createAesCodec } from '../../control-plane/store/aes-codec.ts';
import { aKey } from '../../control-plane/store/testing/objects.ts';

it('[S14] encrypts and decrypts inside a synchronous transaction of workerd', () =>
  runInDurableObject(env.STORE.get(env.STORE.newUniqueId()), (_object, state) => {
    const keys = [{ id: 'k1', secret: new Uint8Array(32).fill(1) }];
    const codec = createAesCodec({ keys, isEncrypted: () => true });
    const value = state.storage.transactionSync(() => codec.encode(aKey('s'), '{"a":"ü"}'));
    expect(value).not.toContain('ü');
    expect(codec.decode(aKey('s'), value)).toBe('{"a":"ü"}');
  }));
