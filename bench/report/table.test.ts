import { expect, test } from 'vitest';
import type { Aim, Figure } from '../figures.ts';
import { replaceFigures } from './docs.ts';
import { markdownTable, plainTable, rowsOf } from './table.ts';

const create: Figure = {
  id: 'create',
  title: 'create',
  unit: '/s',
  value: 1200,
  detail: 'p50 1 ms',
  floors: [
    { name: 'bare', value: 3000 },
    { name: 'etcd', value: 600 },
  ],
};
const start: Figure = {
  id: 'start',
  title: 'start',
  unit: 'ms',
  value: 431.6,
  floors: [{ name: 'Docker', value: 276.2 }],
};
const aims: Record<string, Aim[]> = {
  create: [{ atLeast: 1000 }, { of: { floor: 'bare', as: 'ratio' }, atLeast: 0.5 }],
  start: [{ of: { floor: 'Docker', as: 'difference' }, atMost: 150 }],
};

test('a line for each floor; an aim stands beside the floor that it is about', () => {
  expect(rowsOf(create, aims)).toEqual([
    ['create', '1,200/s (p50 1 ms)', '3,000/s bare', '0.40', '>= 1,000/s; >= 0.5 x bare', 'NO'],
    ['', '', '600/s etcd', '2.00', '', ''],
  ]);
  expect(rowsOf(start, aims)).toEqual([['start', '432 ms', '276 ms Docker', '1.56', '<= 150 ms over Docker', 'NO']]);
});

test('an aim is met up to its limit', () => {
  const verdict = (value: number) => rowsOf({ ...start, value }, aims)[0]?.[5];
  expect(verdict(426.2)).toBe('yes');
  expect(verdict(426.3)).toBe('NO');
});

test('an aim beside something that was not measured is a mistake', () => {
  const elsewhere = { start: [{ of: { floor: 'etcd', as: 'ratio' as const }, atMost: 2 }] };
  expect(() => rowsOf(start, elsewhere)).toThrow('start has an aim beside etcd, which was not measured');
});

test('a figure without floors and aims', () => {
  expect(rowsOf({ id: 'x', title: 'x', unit: 'rows', value: 0 }, aims)).toEqual([['x', '0 rows', '', '', '', '']]);
});

test('columns are aligned, and the Markdown has the same cells', () => {
  expect(plainTable([create], aims).split('\n')).toEqual([
    'FIGURE   OURS                 FLOOR          RATIO   AIM                         MET',
    'create   1,200/s (p50 1 ms)   3,000/s bare   0.40    >= 1,000/s; >= 0.5 x bare   NO',
    '                              600/s etcd     2.00',
  ]);
  expect(markdownTable([start], aims).split('\n')).toEqual([
    '| figure | ours | floor | ratio | aim | met |',
    '| --- | --- | --- | --- | --- | --- |',
    '| start | 432 ms | 276 ms Docker | 1.56 | <= 150 ms over Docker | NO |',
  ]);
});

test('the figures of a document are replaced, and nothing else is', () => {
  const begin = '<!-- figures: written by `npm run bench -- --write-docs` -->';
  const document = `# Title\n\n${begin}\nold\n<!-- end of figures -->\n\nAfter.\n`;
  const replaced = `# Title\n\n${begin}\n\nnew\n\n<!-- end of figures -->\n\nAfter.\n`;
  expect(replaceFigures(document, 'new\n')).toBe(replaced);
  expect(replaceFigures(replaced, 'new')).toBe(replaced);
  expect(() => replaceFigures('# Title\n', 'new')).toThrow('the document has no');
});
