/** What a suite has measured, and how it stands against its floors and aims. */

export type Unit = '/s' | 'ms' | 'us' | 'MB' | 'Gbit/s' | 'rows';

/** The same thing measured where nothing of Fairlead is in the way, or in what it would replace. */
export interface Floor {
  /** Short name: `bare object`, `etcd`, `Docker`, `direct`. */
  name: string;
  value: number;
  /** Further detail of the measurement, such as its percentiles. */
  detail?: string;
}

export interface Figure {
  /** Key of the table of aims. */
  id: string;
  title: string;
  unit: Unit;
  value: number;
  detail?: string;
  floors?: readonly Floor[];
}

/** One aim; several may hold for one figure. */
export interface Aim {
  /** Compared with the figure itself, or with what `of` makes of it and the floor of that name. */
  of?: { floor: string; as: 'ratio' | 'difference' };
  atLeast?: number;
  atMost?: number;
}

export interface Verdict {
  /** The aim in words: `>= 1,000/s`, `>= 0.5 x bare object`. */
  text: string;
  isMet: boolean;
}

/** Throws when the aim is beside a floor that was not measured. */
export function judge(figure: Figure, aim: Aim): Verdict {
  const floor = aim.of && figure.floors?.find(({ name }) => name === aim.of?.floor);
  if (aim.of && !floor) throw new Error(`${figure.id} has an aim beside ${aim.of.floor}, which was not measured`);
  const value = compared(figure.value, aim, floor);
  const isMet = value >= (aim.atLeast ?? -Infinity) && value <= (aim.atMost ?? Infinity);
  const sign = aim.atLeast === undefined ? '<=' : '>=';
  const limit = (aim.atLeast ?? aim.atMost) as number;
  const text =
    aim.of?.as === 'ratio'
      ? `${sign} ${limit} x ${aim.of.floor}`
      : aim.of
        ? `${sign} ${formatValue(limit, figure.unit)} over ${aim.of.floor}`
        : `${sign} ${formatValue(limit, figure.unit)}`;
  return { text, isMet };
}

function compared(value: number, aim: Aim, floor: Floor | undefined): number {
  if (!floor) return value;
  return aim.of?.as === 'ratio' ? value / floor.value : value - floor.value;
}

const separators: Readonly<Record<Unit, string>> = { '/s': '', ms: ' ', us: ' ', MB: ' ', 'Gbit/s': ' ', rows: ' ' };

/** Three significant digits at least, whole numbers from 100 on. */
export function formatValue(value: number, unit: Unit): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const text = value.toLocaleString('en-US', { maximumFractionDigits: digits });
  return `${text}${separators[unit]}${unit}`;
}

/** `p50 1.23 ms, p99 4.56 ms` */
export function latencyDetail({ p50, p99 }: { p50: number; p99: number }): string {
  return `p50 ${formatValue(p50, 'ms')}, p99 ${formatValue(p99, 'ms')}`;
}
