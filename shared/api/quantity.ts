/**
 * Kubernetes quantities (`500m`, `1.5Gi`, `2e3`), exact. The value is kept in units of 10^-9, the finest that
 * Kubernetes represents; finer ones are rounded away from zero, as there.
 */
export interface Quantity {
  /** The value times 10^9. */
  readonly nano: bigint;
  /** The family of suffixes that the quantity was written with and is printed with again. */
  readonly format: QuantityFormat;
}

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** The text is not a quantity; the message is Kubernetes'. */
export class QuantityError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'QuantityError';
  }
}

const formatMessage = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const suffixMessage = "unable to parse quantity's suffix";
const grammar = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

/** Longer texts and exponents are refused: they only cost memory. */
const maximumLength = 256;
const maximumExponent = 256;

const nanoDigits = 9;
const one = 10n ** 9n;
const maximumBinary = (2n ** 63n - 1n) * one;

const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;

interface Suffix {
  format: QuantityFormat;
  /** Of ten, or of two for `BinarySI`. */
  exponent: number;
}

const suffixes = new Map<string, Suffix>([
  ...decimalSuffixes.map((text, index): [string, Suffix] => [text, { format: 'DecimalSI', exponent: 3 * index - 9 }]),
  ...binarySuffixes
    .slice(1)
    .map((text, index): [string, Suffix] => [text, { format: 'BinarySI', exponent: 10 * (index + 1) }]),
]);

function parseSuffix(text: string): Suffix {
  const known = suffixes.get(text);
  if (known) return known;
  const exponent = /^[eE]([+-]?[0-9]+)$/.exec(text);
  if (!exponent || Math.abs(Number(exponent[1])) > maximumExponent) throw new QuantityError(suffixMessage);
  return { format: 'DecimalExponent', exponent: Number(exponent[1]) };
}

interface Scanned extends Suffix {
  negative: boolean;
  /** Digits before the point, without leading zeros unless that leaves none. */
  whole: string;
  /** Digits after the point. */
  fraction: string;
}

function scan(text: string): Scanned {
  const parts = text === '' || text.length > maximumLength ? null : grammar.exec(text);
  if (!parts) throw new QuantityError(formatMessage);
  const [, sign, whole, fraction, suffix] = parts;
  return { negative: sign === '-', whole: whole || '0', fraction: fraction ?? '', ...parseSuffix(suffix ?? '') };
}

/** Throws QuantityError. */
export function parseQuantity(text: string | number): Quantity {
  return quantityOf(scan(String(text).trim()));
}

function quantityOf({ negative, whole, fraction, format, exponent }: Scanned): Quantity {
  const digits = BigInt(whole + fraction);
  const shift = (format === 'BinarySI' ? 0 : exponent) + nanoDigits - fraction.length;
  const scaled = format === 'BinarySI' ? digits << BigInt(exponent) : digits;
  const magnitude = shift >= 0 ? scaled * 10n ** BigInt(shift) : divideUp(scaled, 10n ** BigInt(-shift));
  return bounded(magnitude, negative, format);
}

function bounded(magnitude: bigint, negative: boolean, format: QuantityFormat): Quantity {
  const capped = format === 'BinarySI' && magnitude > maximumBinary ? maximumBinary : magnitude;
  const small = format === 'BinarySI' && capped > 0n && capped < one;
  return { nano: negative ? -capped : capped, format: small ? 'DecimalSI' : format };
}

/** Rounded away from zero. */
function divideUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (quotient * divisor === value) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

/**
 * The form in which Kubernetes stores a quantity: no fraction, the largest suffix that loses nothing. A text that is
 * near enough to that form stays as it is (`1.500`, `+1Ki`), also in Kubernetes. Throws QuantityError.
 */
export function canonicalQuantity(text: string | number): string {
  const trimmed = String(text).trim();
  const scanned = scan(trimmed);
  return isKept(scanned) ? trimmed : formatQuantity(quantityOf(scanned));
}

function isKept({ whole, fraction, format, exponent }: Scanned): boolean {
  if (format === 'BinarySI') {
    const precision = 14 - whole.length - Math.trunc((exponent * 3) / 10);
    return fraction === '' && precision >= 0 && Number(whole) % 8 !== 0;
  }
  const digits = whole + fraction;
  const scale = exponent - fraction.length;
  if (digits.length > 18 || scale < -nanoDigits || scale % 3 !== 0) return false;
  return !digits.endsWith('000') && !digits.startsWith('0');
}

export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const magnitude = nano < 0n ? -nano : nano;
  const sign = nano < 0n ? '-' : '';
  if (format === 'BinarySI' && magnitude >= 1024n * one && magnitude % one === 0n) {
    const { rest, steps } = divideOut(magnitude / one, 1024n, binarySuffixes.length - 1);
    return `${sign}${rest}${binarySuffixes[steps]}`;
  }
  if (format === 'DecimalExponent') {
    const { rest, steps } = divideOut(magnitude, 1000n, Number.POSITIVE_INFINITY);
    return `${sign}${rest}${steps === 3 ? '' : `e${3 * steps - nanoDigits}`}`;
  }
  const { rest, steps } = divideOut(magnitude, 1000n, decimalSuffixes.length - 1);
  return `${sign}${rest}${decimalSuffixes[steps]}`;
}

function divideOut(value: bigint, factor: bigint, most: number): { rest: bigint; steps: number } {
  let rest = value;
  let steps = 0;
  while (steps < most && rest % factor === 0n) {
    rest /= factor;
    steps++;
  }
  return { rest, steps };
}

/** Negative, zero or positive. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0;
}

/** The sum has the format of `a`, or of `b` where `a` is zero. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format };
}

export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano - b.nano, format: a.nano === 0n ? b.format : a.format };
}

/** In whole units, rounded away from zero. Exact up to 2^53. */
export function quantityValue(quantity: Quantity): number {
  return Number(divideUp(quantity.nano, one));
}

/** In thousandths, rounded away from zero: millicores of a CPU quantity. Exact up to 2^53. */
export function quantityMilliValue(quantity: Quantity): number {
  return Number(divideUp(quantity.nano, one / 1000n));
}
