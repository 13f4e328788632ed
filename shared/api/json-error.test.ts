import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { parseJson } from './json-error.ts';

// The words are those of Go's encoding/json.
it.each([
  ['', 'unexpected end of JSON input'],
  ['{"a":', 'unexpected end of JSON input'],
  ['"abc', 'unexpected end of JSON input'],
  ['{a', "invalid character 'a' looking for beginning of object key string"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
  ['[1 2]', "invalid character '2' after array element"],
  ['{}x', "invalid character 'x' after top-level value"],
  ['\u0081', "invalid character '\\u0081' looking for beginning of value"],
  ['<html>', "invalid character '<' looking for beginning of value"],
  ['"a\nb"', "invalid character '\\n' in string literal"],
  ['"\\q"', "invalid character 'q' in string escape code"],
])('%j: %s', (text, message) => {
  expect(() => parseJson(text)).toThrow(new SyntaxError(message));
});

test('what is JSON is parsed, what is not is a SyntaxError', () =>
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => {
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        expect(() => parseJson(text)).toThrow(SyntaxError);
        return;
      }
      expect(parseJson(text)).toEqual(expected);
    }),
  ));
