/**
 * What YAML 1.1 takes a text without quotes for, as Kubernetes reads and writes it: `yes` is a boolean, `010` is eight,
 * and neither times nor numbers of base 60 are anything but texts, although they are written in quotes.
 */
export function plainMeaning(text: string): string | number | boolean | null {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(text)) return text;
  if (text.startsWith('.')) return finite(text, dotFloat) ?? text;
  if (isTime(text)) return text;
  const digits = text.replaceAll('_', '');
  return withBase(digits) ?? finite(digits, float) ?? text;
}

/** Whether a text has to stand in quotes to be read back as what it is. */
export function needsQuotes(text: string): boolean {
  return typeof plainMeaning(text) !== 'string' || base60.test(text) || isTime(text);
}

const words = new Map<string, boolean | number | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF'].flatMap((word) => [
    [word, Number.POSITIVE_INFINITY] as const,
    [`+${word}`, Number.POSITIVE_INFINITY] as const,
    [`-${word}`, Number.NEGATIVE_INFINITY] as const,
  ]),
]);

const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const based = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+)$/;
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const dotFloat = /^\.[0-9]+([eE][-+]?[0-9]+)?$/;
const time =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?$/;

/** Beyond the range of floats a number is a text. */
function finite(text: string, form: RegExp): number | undefined {
  const value = form.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** An integer with a prefix; those that do not fit into 64 bits are none. */
function withBase(text: string): number | undefined {
  const [, sign, digits] = based.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  if (value >= (sign === '' ? 2n ** 64n : 2n ** 63n)) return undefined;
  return Number(sign === '-' ? -value : value);
}

function isTime(text: string): boolean {
  const match = time.exec(text);
  if (!match) return false;
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  const clock = (match[4] === undefined ? match.slice(7, 10) : match.slice(4, 7)).map((part) => Number(part ?? 0));
  const [hour, minute, second] = clock as [number, number, number];
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
  return isDay && hour < 24 && minute < 60 && second < 60;
}

function daysOf(year: number, month: number): number {
  // The calendar repeats itself every 400 years, and the Date of a year below 100 is in another century.
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
