import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { layerBinary } from '../../e2e/lab/kubectl.ts';
import type { Json } from '../api/json.ts';
import { writeYaml } from './write-yaml.ts';

describe('writeYaml', () => {
  it('indents lists as their keys, and sorts keys as people do', () => {
    const value = { spec: { args: ['a', ['b'], { d: {}, c: [] }], disk10: null, disk9: true, _x: 1.5 } };
    expect(writeYaml(value)).toBe(
      `spec:\n  _x: 1.5\n  args:\n  - a\n  - - b\n  - c: []\n    d: {}\n  disk9: true\n  disk10: null\n`,
    );
  });

  it.each<[string, string]>([
    ['plain', 'plain'],
    ['two words', 'two words'],
    ['', '""'],
    ['yes', '"yes"'],
    ['1e3', '"1e3"'],
    ['0x1F', '"0x1F"'],
    ['0o17', '"0o17"'],
    ['1_000', '"1_000"'],
    ['._', '._'],
    ['1:30', '"1:30"'],
    ['2026-02-28', '"2026-02-28"'],
    ['2026-02-30', '2026-02-30'],
    ['a: b', "'a: b'"],
    [" it's", "' it''s'"],
    ['tab\t', '"tab\\t"'],
    ['\u{1f600}', '"\\U0001F600"'],
    ['a\nb\n', '|\n  a\n  b'],
    ['a\n\n', '|+\n  a\n'],
    [' a\nb', '|2-\n   a\n  b'],
    ['a \nb', '"a \\nb"'],
  ])('writes %j as %j', (text, expected) => {
    expect(writeYaml({ a: text })).toBe(`a: ${expected}\n`);
  });

  it('writes keys of several lines, and of more than 128 bytes, behind a question mark', () => {
    const long = 'k'.repeat(129);
    const value = { 'a\nb': { c: [1] }, [long]: 'x' };
    expect(writeYaml(value)).toBe(`? |-\n  a\n  b\n: c:\n  - 1\n? ${long}\n: x\n`);
  });

  it('folds at the first space behind column 80', () => {
    const word = 'x'.repeat(40);
    expect(writeYaml({ a: `${word} ${word} ${word}` })).toBe(`a: ${word} ${word}\n  ${word}\n`);
  });

  const piece = fc.constantFrom(
    ...['a', 'Z', 'y', 'no', '0', '7', '10', '1_0', '.', '-', '+', ':', '#', ' ', '  ', '\n', '\t', "'", '"', '\\'],
    ...['?', '!', '&', '*', '%', '@', '`', '{', ']', ',', '|', '>', '=', '<<', '~', 'e', 'x', 'T', 'é', '\u00a0'],
    ...['\u{1f600}', '\u0007', '\r', 'a longer piece of text, ', 'Null', '.inf', '0x', '0b1', '---', '12:30'],
  );
  const text = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    fc.array(piece, { minLength: 20, maxLength: 60 }).map((pieces) => pieces.join('')),
    fc.tuple(fc.nat(3000), fc.nat(14), fc.nat(33)).map(([year, month, day]) => `${year}-${month}-${day}`),
    fc.string({ unit: 'binary' }),
  );
  // Which of the rarer characters are letters depends on the year of the tables.
  const key = text.filter((found) => !/[\n\u{3000}-\u{10ffff}]/u.test(found));
  const number = fc.oneof(
    fc.integer(),
    // A float without a fraction would be one for Kubernetes as well, which reads numbers from their text.
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
  );
  const value = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      text,
      number,
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
    ),
  })).value;
  // Kubernetes escapes everything after a byte order mark, and takes other line breaks for such or loses them.
  const document = value.filter((found) => !/__proto__|[\ufeff\u0085\u2028\u2029]/.test(JSON.stringify(found)));

  describe('beside kubectl, which writes with the code of the server', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-yaml-'));
    afterAll(() => rmSync(folder, { recursive: true }));
    const kubectl = layerBinary('kubectl');

    it('is the same to the byte', { timeout: 60_000 }, () => {
      const documents = fc.array(document, { minLength: 30, maxLength: 30 });
      fc.assert(
        fc.property(documents, (values) => {
          const items = values.map((v) => ({ apiVersion: 'a.b/v1', kind: 'Foo', metadata: { name: 'x' }, v }));
          const file = join(folder, 'list.json');
          writeFileSync(file, asciiJson({ apiVersion: 'v1', kind: 'List', items }));
          const args = ['patch', '--local', '-f', file, '--type=merge', '-p', '{}', '-o', 'yaml'];
          const theirs = execFileSync(kubectl, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
          expect(items.map(writeYaml)).toEqual(theirs.split(/^(?=apiVersion: )/m));
        }),
        { numRuns: 12, endOnFailure: true },
      );
    });
  });
});

/** kubectl falls back to reading YAML at some characters, which JSON may hold and YAML may not. */
function asciiJson(value: unknown): string {
  const unitEscape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[^\x20-\x7e]/g, unitEscape);
}
