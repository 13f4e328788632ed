import { aims } from '../aims.ts';
import { judge } from '../figures.ts';
import type { Suite, SuiteResult } from '../suite.ts';
import { markdownTable, plainTable } from './table.ts';

export interface Measured {
  suite: Pick<Suite, 'name' | 'title'>;
  result: SuiteResult;
}

/** One suite for a terminal. */
export function textReport({ title }: Measured['suite'], { figures, remarks }: SuiteResult): string {
  return ['', `== ${title}`, plainTable(figures), ...remarks.map((remark) => `  ${remark}`)].join('\n');
}

/** All suites for the documentation. */
export function markdownReport(machine: string, results: readonly Measured[]): string {
  const parts = results.map(({ suite, result }) =>
    [`### ${suite.title}`, markdownTable(result.figures), ...result.remarks].join('\n\n'),
  );
  return [`Measured on ${machine}.`, ...parts].join('\n\n');
}

/** All suites for programs: figures as measured, with the verdict on each aim. */
export function jsonReport(machine: string, results: readonly Measured[]): string {
  const described = results.map(({ suite, result }) => ({
    suite: suite.name,
    figures: result.figures.map((figure) => ({
      ...figure,
      aims: (aims[figure.id] ?? []).map((aim) => judge(figure, aim)),
    })),
    remarks: result.remarks,
  }));
  return JSON.stringify({ machine, suites: described }, null, 2);
}
