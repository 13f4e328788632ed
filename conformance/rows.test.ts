import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs, parseRows, rowKey, rows, rowTitle } from './rows.ts';

const official = join(import.meta.dirname, '..', '..', 'shared', 'data', 'conformance-1.37.tsv');

const head = 'area\tneeds\tsig\tname\tcase\n';

describe('the table of rows', () => {
  it('holds rows of every need', () => {
    expect(rows.length).toBeGreaterThan(400);
    expect(new Set(rows.map((row) => row.needs))).toEqual(new Set(needs));
  });

  it('tells rows of the same name apart', () => {
    const [first, second] = parseRows(`${head}Watch\tA\tnode\tsame\tone\nWatch\tA\tnode\tsame\ttwo\n`);
    expect(rowKey(first!)).toBe('same (one)');
    expect(rowTitle(second!)).toBe('A | Watch | same (two)');
  });

  it.each([
    ['an unknown need', 'Watch\tX\tnode\tname'],
    ['a missing name', 'Watch\tA\tnode'],
    ['a row that is there twice', 'Watch\tA\tnode\tname\nWatch\tF\tnode\tname'],
  ])('refuses %s', (_, lines) => {
    expect(() => parseRows(`${head}${lines}\n`)).toThrow();
  });

  it.skipIf(!existsSync(official))('is the official list', () => {
    const [, ...lines] = readFileSync(official, 'utf8').trimEnd().split('\n');
    const listed = lines.map((line) => {
      const [sig, , name, , area, need] = line.split('\t');
      return [area, need, sig?.replace('sig-', ''), name].join('\t');
    });
    const ours = rows.map((row) => [row.area, row.needs, row.sig, row.name].join('\t'));
    expect(ours.sort()).toEqual(listed.sort());
  });
});
