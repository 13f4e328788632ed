import { aims as allAims } from '../aims.ts';
import { type Aim, type Figure, type Floor, formatValue, judge } from '../figures.ts';

const headings = ['figure', 'ours', 'floor', 'ratio', 'aim', 'met'] as const;
type Row = readonly [figure: string, ours: string, floor: string, ratio: string, aim: string, met: string];
type Aims = Readonly<Record<string, readonly Aim[]>>;

/** A line for each floor of a figure; what concerns the figure alone is in its first one. */
export function rowsOf(figure: Figure, aims: Aims = allAims): Row[] {
  const judged = (aims[figure.id] ?? []).map((aim) => ({ floor: aim.of?.floor, ...judge(figure, aim) }));
  const floors: (Floor | undefined)[] = figure.floors?.length ? [...figure.floors] : [undefined];
  return floors.map((floor, index) => {
    const verdicts = judged.filter((one) => (one.floor ? one.floor === floor?.name : index === 0));
    return [
      index === 0 ? figure.title : '',
      index === 0 ? withDetail(formatValue(figure.value, figure.unit), figure.detail) : '',
      floor ? withDetail(`${formatValue(floor.value, figure.unit)} ${floor.name}`, floor.detail) : '',
      floor && floor.value > 0 ? (figure.value / floor.value).toFixed(2) : '',
      verdicts.map(({ text }) => text).join('; '),
      verdicts.length === 0 ? '' : verdicts.every(({ isMet }) => isMet) ? 'yes' : 'NO',
    ];
  });
}

function withDetail(text: string, detail: string | undefined): string {
  return detail ? `${text} (${detail})` : text;
}

/** Aligned columns for a terminal. */
export function plainTable(figures: readonly Figure[], aims: Aims = allAims): string {
  const rows = [headings.map((name) => name.toUpperCase()), ...figures.flatMap((figure) => rowsOf(figure, aims))];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

export function markdownTable(figures: readonly Figure[], aims: Aims = allAims): string {
  const rows = [headings, headings.map(() => '---'), ...figures.flatMap((figure) => rowsOf(figure, aims))];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}
