import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../api/object.ts';
import type { TableColumn } from './define-kind.ts';
import recorded from './fixtures/recorded-tables.json' with { type: 'json' };
import { builtInKinds } from './index.generated.ts';

type Column = Pick<TableColumn<KubernetesObject>, 'name' | 'type' | 'format' | 'priority'>;
type Cell = string | number | boolean | null;

interface RecordedTable {
  resource: string;
  columns: Column[];
  rows: { object: KubernetesObject; cells: Cell[] }[];
}

const tables = recorded.tables as unknown as RecordedTable[];

/** Since 1.22 restarts come with their time, as text; since 1.35 accounts no longer count their secrets. */
function modernized({ resource, columns, rows }: RecordedTable): RecordedTable {
  const isGone = (index: number) => resource === 'serviceaccounts' && columns[index]?.name === 'Secrets';
  const isText = (index: number) => columns[index]?.name === 'Restarts';
  return {
    resource,
    columns: columns
      .map((column) => (column.name === 'Restarts' ? { ...column, type: 'string' as const } : column))
      .filter((_column, index) => !isGone(index)),
    rows: rows.map(({ object, cells }) => ({
      object,
      cells: cells.map((cell, index) => (isText(index) ? String(cell) : cell)).filter((_cell, index) => !isGone(index)),
    })),
  };
}

/** Ages depend on when the recording was made. */
function withoutAges(cells: Cell[], columns: Column[]): Cell[] {
  return cells.filter((_cell, index) => columns[index]?.name !== 'Age');
}

describe('tables have the columns and cells of a real API server', () => {
  for (const table of tables.map(modernized)) {
    const { resource, columns, rows } = table;
    const kind = builtInKinds.find(({ plural }) => plural === resource)!;
    it(resource, () => {
      expect(
        kind.columns.map(({ name, type, format, priority }) => ({
          name,
          type,
          format: format ?? '',
          priority: priority ?? 0,
        })),
      ).toEqual(columns);
      for (const { object, cells } of rows) {
        const nowMs = Date.parse(object.metadata.creationTimestamp ?? '');
        const actual = kind.columns.map((column) => column.cell(object, { nowMs }));
        expect(withoutAges(actual, columns)).toEqual(withoutAges(cells, columns));
      }
    });
  }
});
