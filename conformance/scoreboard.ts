import { type Needs, needs, type Row, rowKey, rowTitle } from './rows.ts';

/** What became of one test. */
export interface Result {
  title: string;
  passed: boolean;
  /** Of a test that failed. */
  error?: string;
}

export interface Count {
  passed: number;
  of: number;
}

export interface Scoreboard {
  areas: Array<{ area: string; needs: Partial<Record<Needs, Count>> }>;
  totals: Partial<Record<Needs, Count>>;
  failed: Array<{ row: string; error: string }>;
  /** Rows that nothing tests yet. They count as not passed. */
  untested: Row[];
}

/** Which rows count: those of one need or area, or all. */
export interface Choice {
  needs?: Needs | undefined;
  area?: string | undefined;
}

export function isChosen(row: Row, choice: Choice): boolean {
  return (
    (choice.needs === undefined || row.needs === choice.needs) &&
    (choice.area === undefined || row.area.toLowerCase() === choice.area.toLowerCase())
  );
}

/** Counts results against the rows; a row without a test is one that is not passed. */
export function score(rows: readonly Row[], results: readonly Result[]): Scoreboard {
  const byTitle = new Map(results.map((result) => [result.title, result]));
  const board: Scoreboard = { areas: [], totals: {}, failed: [], untested: [] };
  const areas = new Map<string, Partial<Record<Needs, Count>>>();
  for (const row of rows) {
    const result = byTitle.get(rowTitle(row));
    const counts = areas.get(row.area) ?? {};
    areas.set(row.area, counts);
    for (const target of [counts, board.totals]) {
      const { passed, of } = target[row.needs] ?? { passed: 0, of: 0 };
      target[row.needs] = { passed: passed + (result?.passed ? 1 : 0), of: of + 1 };
    }
    if (!result) board.untested.push(row);
    else if (!result.passed) board.failed.push({ row: rowKey(row), error: result.error ?? 'failed' });
  }
  board.areas = [...areas].map(([area, counts]) => ({ area, needs: counts }));
  return board;
}

/** `A: 145 of 145`, one line for each need. */
export function totalLines({ totals }: Scoreboard): string[] {
  return needs.flatMap((need) => {
    const count = totals[need];
    return count ? [`${need}: ${count.passed} of ${count.of}`] : [];
  });
}

export type Paint = (tone: 'good' | 'partial' | 'bad' | 'quiet', text: string) => string;

/** The table for a terminal: an area a line, a column for each need. */
export function renderText(board: Scoreboard, paint: Paint): string {
  const columns = needs.filter((need) => board.totals[need]);
  const width = Math.max(4, ...board.areas.map(({ area }) => area.length));
  const cell = (count: Count | undefined) => {
    const text = (count ? `${count.passed}/${count.of}` : '-').padStart(9);
    return paint(toneOf(count), text);
  };
  const head = paint('quiet', `${'area'.padEnd(width)}${columns.map((need) => need.padStart(9)).join('')}`);
  const lines = board.areas.map(
    ({ area, needs: counts }) => `${area.padEnd(width)}${columns.map((need) => cell(counts[need])).join('')}`,
  );
  return [head, ...lines].join('\n');
}

function toneOf(count: Count | undefined): Parameters<Paint>[0] {
  if (!count) return 'quiet';
  if (count.passed === count.of) return 'good';
  return count.passed === 0 ? 'bad' : 'partial';
}

/** The same for the documentation, and what is not passed yet of what needs no real containers. */
export function renderMarkdown(board: Scoreboard): string {
  const cell = (count: Count | undefined) => (count ? `${count.passed} of ${count.of}` : '');
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const table = [
    row(['area', ...needs]),
    row(['---', ...needs.map(() => '---:')]),
    ...board.areas.map(({ area, needs: counts }) => row([area, ...needs.map((need) => cell(counts[need]))])),
    row(['**all**', ...needs.map((need) => `**${cell(board.totals[need])}**`)]),
  ];
  const open = [
    ...board.failed.map(({ row: name }) => name),
    ...board.untested.filter((item) => item.needs === 'A' || item.needs === 'F').map(rowKey),
  ].sort();
  const missing =
    open.length === 0
      ? ['Every row that needs no real containers passes.']
      : ['Not passed yet, of A and F:', '', ...open.map((name) => `- ${name}`)];
  return [...table, '', ...missing].join('\n');
}
