import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasReason } from '../../../shared/api/errors.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';

const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,20}[a-z0-9])?$/);
const position = fc.record(
  {
    revision: fc.oneof(fc.integer({ min: 1 }), fc.constant(-1)),
    after: fc.record({ namespace: fc.oneof(fc.constant(''), name), name }),
    remaining: fc.nat(),
  },
  { requiredKeys: ['revision', 'after'] },
);

test('a token means the position that it was made of, and needs no escaping in a URL', () => {
  fc.assert(
    fc.property(position, (wanted) => {
      const token = encodeContinue(wanted);
      expect(token).toMatch(/^[-_A-Za-z0-9]+$/);
      expect(decodeContinue(token)).toEqual(wanted);
    }),
  );
});

test('anything else is a bad request, never a crash', () => {
  const text = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.json().map((json) => Buffer.from(json).toString('base64')),
    fc.record({ v: fc.constant('meta.k8s.io/v1'), rv: fc.anything(), start: fc.anything() }).map((token) => {
      try {
        return Buffer.from(JSON.stringify(token)).toString('base64');
      } catch {
        return '';
      }
    }),
  );
  fc.assert(
    fc.property(text, (token) => {
      try {
        expect(decodeContinue(token).revision).not.toBe(0);
      } catch (error) {
        expect(hasReason(error, 'BadRequest'), String(error)).toBe(true);
      }
    }),
  );
});
