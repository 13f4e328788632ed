import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a row needs of a cluster: the API alone, fake nodes as well, real containers, a network between Pods or machines. */
export const needs = ['A', 'F', 'K', 'N'] as const;
export type Needs = (typeof needs)[number];

/** One test of the official conformance suite. */
export interface Row {
  area: string;
  needs: Needs;
  sig: string;
  name: string;
  /** Tells rows of the same name apart. */
  case?: string;
}

const columns = ['area', 'needs', 'sig', 'name', 'case'] as const;

/** Reads the table of rows; throws at a line that is not one, or that is there twice. */
export function parseRows(table: string): Row[] {
  const [head, ...lines] = table.trimEnd().split('\n');
  if (head !== columns.join('\t')) throw new Error(`the columns are not ${columns.join(', ')}`);
  const seen = new Set<string>();
  return lines.map((line) => {
    const [area, need, sig, name, which] = line.split('\t');
    if (!area || !sig || !name || !needs.includes(need as Needs)) throw new Error(`not a row: ${line}`);
    const row: Row = { area, needs: need as Needs, sig, name, ...(which ? { case: which } : {}) };
    if (seen.has(rowKey(row))) throw new Error(`twice: ${rowKey(row)}`);
    seen.add(rowKey(row));
    return row;
  });
}

/** A row's name, which no other row has. */
export function rowKey({ name, case: which }: Pick<Row, 'name' | 'case'>): string {
  return which ? `${name} (${which})` : name;
}

/** A test's title: what it needs and its area come first, so that a pattern can choose by them. */
export function rowTitle(row: Row): string {
  return `${row.needs} | ${row.area} | ${rowKey(row)}`;
}

/** Every row of the official suite, whether it has a test here or not. */
export const rows: readonly Row[] = parseRows(readFileSync(join(import.meta.dirname, 'rows.tsv'), 'utf8'));
