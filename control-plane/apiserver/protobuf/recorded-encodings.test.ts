import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../shared/api/json.ts';
import { decodeKubernetesProtobuf, encodeKubernetesProtobuf } from './envelope.ts';
import recorded from './fixtures/recorded-encodings.json' with { type: 'json' };
import { fullObject } from './testing/full-object.ts';
import { messageOfKind } from './type-names.ts';

/**
 * What Kubernetes' own Go encoder (1.36) made of the same objects: of one without any field, in base64, and of one with
 * every field that its type has, of which size and digest are kept.
 */
interface Recorded {
  bytes: number;
  sha256: string;
  /** Lists have none. */
  empty?: string;
}

const cases = Object.entries(recorded as Record<string, Recorded>).map(([name, expected]) => {
  const [apiVersion = '', kind = ''] = name.split(' ');
  return { name, apiVersion, kind, expected };
});

describe('the bytes of Kubernetes', () => {
  it.each(cases)('for a $name with every field', ({ apiVersion, kind, expected }) => {
    const object = full(apiVersion, kind);
    const bytes = encodeKubernetesProtobuf(object);
    expect(decodeKubernetesProtobuf(bytes)).toEqual(object);
    expect(bytes.byteLength).toBe(expected.bytes);
    expect(createHash('sha256').update(bytes).digest('hex').slice(0, 32)).toBe(expected.sha256);
  });

  it.each(cases.filter(({ expected }) => expected.empty))('for an empty $name', ({ apiVersion, kind, expected }) => {
    const bytes = encodeKubernetesProtobuf({ apiVersion, kind });
    expect(Buffer.from(bytes).toString('base64')).toBe(expected.empty);
  });
});

function full(apiVersion: string, kind: string): JsonObject {
  const { metadata } = fullObject({ apiVersion, kind, schema: 'V1Pod' }) as { metadata: JsonObject };
  if (kind === 'PartialObjectMetadata') return { apiVersion, kind, metadata };
  if (kind === 'PartialObjectMetadataList') {
    return { apiVersion, kind, metadata: { resourceVersion: '7' }, items: [{ metadata }, {}] };
  }
  return fullObject({ apiVersion, kind, schema: messageOfKind(apiVersion, kind)!.name });
}
