import { describe, expect, it } from 'vitest';
import { createTokenReader } from './credential.ts';
import { hashToken } from './credentials.ts';

describe('reading a credential', () => {
  const read = createTokenReader();

  it('keeps only the hash of an opaque token', () => {
    expect(read('Bearer abc.def')).toEqual({ hash: hashToken('abc.def') });
    expect(read('bearer  abc')).toEqual({ hash: hashToken('abc') });
  });

  it('keeps a token in the form of a JWT', () => {
    expect(read('Bearer eyJh.eyJp.c2ln')).toEqual({ hash: hashToken('eyJh.eyJp.c2ln'), jwt: 'eyJh.eyJp.c2ln' });
  });

  it('knows a request without credential from one with a wrong one', () => {
    expect(read(null)).toBeUndefined();
    for (const header of ['', 'Basic YTpi', 'Bearer', 'Bearer a b', `Bearer ${'a'.repeat(20_000)}`]) {
      expect(() => read(header), header.slice(0, 20)).toThrow('Unauthorized');
    }
  });
});
