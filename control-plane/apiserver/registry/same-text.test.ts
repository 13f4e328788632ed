import fc from 'fast-check';
import { expect, test } from 'vitest';
import { moveRevision } from './encoding.ts';
import { sameText } from './same-text.ts';

const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });

test('fields may come in another order', () =>
  fc.assert(
    fc.property(object, object, (a, b) => {
      const turned = Object.fromEntries(Object.entries(a).reverse());
      expect(sameText(JSON.stringify(a), JSON.stringify(turned))).toBe(true);
      const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
      if (one.length !== other.length) expect(sameText(one, other)).toBe(false);
    }),
  ));

test.each([
  ['{"a":1}', '{"a":2}', false],
  ['{"a":12}', '{"a":21}', false],
  ['{"a":1,"b":2}', '{"b":2,"a":1}', true],
  ['{"a":[1,2]}', '{"a":[2,1]}', false],
])('%s and %s: %s', (a, b, expected) => {
  expect(sameText(a, b)).toBe(expected);
});

test('a text at another revision is what encoding again would be', () =>
  fc.assert(
    fc.property(fc.string(), object, fc.nat(), fc.nat(), (name, rest, before, after) => {
      const at = (revision: number) =>
        JSON.stringify({ metadata: { name, resourceVersion: String(revision), labels: { name } }, rest });
      expect(moveRevision(at(before), String(before), String(after))).toBe(at(after));
    }),
  ));
