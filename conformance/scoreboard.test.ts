import { expect, it } from 'vitest';
import { type Row, rowTitle } from './rows.ts';
import { isChosen, type Paint, renderMarkdown, renderText, score, totalLines } from './scoreboard.ts';

const aRow = (row: Partial<Row> = {}): Row => ({ area: 'Watch', needs: 'A', sig: 'node', name: 'one', ...row });
const plain: Paint = (_, text) => text;

const rows = [
  aRow(),
  aRow({ name: 'two' }),
  aRow({ name: 'three', case: 'variant' }),
  aRow({ name: 'four', area: 'Pods', needs: 'F' }),
];
const board = score(rows, [
  { title: rowTitle(rows[0]!), passed: true },
  { title: rowTitle(rows[2]!), passed: false, error: 'broken' },
  { title: 'A | Watch | nothing that we know', passed: true },
]);

it('a row counts as passed if its test ran and passed, and in no other case', () => {
  expect(totalLines(board)).toEqual(['A: 1 of 3', 'F: 0 of 1']);
  expect(board.failed).toEqual([{ row: 'three (variant)', error: 'broken' }]);
  expect(board.untested.map(({ name }) => name)).toEqual(['two', 'four']);
});

it('prints an area a line', () => {
  expect(renderText(board, plain).split('\n')).toEqual([
    'area         A        F',
    'Watch      1/3        -',
    'Pods         -      0/1',
  ]);
});

it('lists in the documentation what is missing', () => {
  const document = renderMarkdown(board);
  expect(document).toContain('| Watch | 1 of 3 |');
  expect(document).toContain('- four\n- three (variant)\n- two');
  expect(renderMarkdown(score([], []))).toContain('Every row');
});

it('chooses rows by need and by area, whatever its case', () => {
  expect(isChosen(aRow(), {})).toBe(true);
  expect(isChosen(aRow(), { needs: 'A', area: 'watch' })).toBe(true);
  expect(isChosen(aRow(), { needs: 'F' })).toBe(false);
  expect(isChosen(aRow(), { area: 'Pods' })).toBe(false);
});
