import { goQuote } from '../../api/go-format.ts';

/** The values that one field allows. `isAny`: all of them, and the writer did not care which. */
export interface CronField {
  values: readonly number[];
  isAny: boolean;
}

export interface CronFields {
  minute: CronField;
  hour: CronField;
  dayOfMonth: CronField;
  month: CronField;
  dayOfWeek: CronField;
}

interface Bounds {
  name: keyof CronFields;
  minimum: number;
  maximum: number;
  /** Lower-case names of the values, from the minimum on. */
  names?: readonly string[];
}

const bounds: readonly Bounds[] = [
  { name: 'minute', minimum: 0, maximum: 59 },
  { name: 'hour', minimum: 0, maximum: 23 },
  { name: 'dayOfMonth', minimum: 1, maximum: 31 },
  { name: 'month', minimum: 1, maximum: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'dayOfWeek', minimum: 0, maximum: 6, names: 'sun mon tue wed thu fri sat'.split(' ') },
];

/** Throws a `SyntaxError` with what is wrong. */
export function parseFields(text: string): CronFields {
  const parts = text.split(/\s+/).filter(Boolean);
  if (parts.length !== bounds.length) {
    throw new SyntaxError(`expected exactly ${bounds.length} fields, found ${parts.length}: [${parts.join(' ')}]`);
  }
  const fields = bounds.map((bound, index) => [bound.name, parseField(parts[index] ?? '', bound)]);
  return Object.fromEntries(fields) as CronFields;
}

function parseField(text: string, bound: Bounds): CronField {
  const values = new Set<number>();
  let isAny = false;
  for (const part of text.split(',').filter(Boolean)) {
    const range = parseRange(part, bound);
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
    isAny ||= range.isAny;
  }
  return { values: [...values].sort((a, b) => a - b), isAny };
}

interface Range {
  from: number;
  to: number;
  step: number;
  isAny: boolean;
}

/** `*`, `3`, `3-7`, `mon-fri`, each with `/2` or without; `3/2` goes from 3 to the end. */
function parseRange(text: string, bound: Bounds): Range {
  const [limits = '', stepText, ...moreSteps] = text.split('/');
  const [low = '', high, ...moreLimits] = limits.split('-');
  const isAny = low === '*' || low === '?';
  if (!isAny && moreLimits.length > 0) throw new SyntaxError(`too many hyphens: ${text}`);
  if (moreSteps.length > 0) throw new SyntaxError(`too many slashes: ${text}`);
  const from = isAny ? bound.minimum : parseValue(low, bound);
  const step = stepText === undefined ? 1 : parseNumber(stepText);
  let to = from;
  if (isAny || (stepText !== undefined && high === undefined)) to = bound.maximum;
  else if (high !== undefined) to = parseValue(high, bound);
  if (from < bound.minimum) {
    throw new SyntaxError(`beginning of range (${from}) below minimum (${bound.minimum}): ${text}`);
  }
  if (to > bound.maximum) throw new SyntaxError(`end of range (${to}) above maximum (${bound.maximum}): ${text}`);
  if (from > to) throw new SyntaxError(`beginning of range (${from}) beyond end of range (${to}): ${text}`);
  if (step === 0) throw new SyntaxError(`step of range should be a positive number: ${text}`);
  return { from, to, step, isAny: isAny && step === 1 };
}

function parseValue(text: string, { minimum, names = [] }: Bounds): number {
  const index = names.indexOf(text.toLowerCase());
  return index >= 0 ? minimum + index : parseNumber(text);
}

function parseNumber(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw new SyntaxError(`failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`);
  }
  const value = Number(text);
  if (value < 0) throw new SyntaxError(`negative number (${value}) not allowed: ${text}`);
  return value;
}
