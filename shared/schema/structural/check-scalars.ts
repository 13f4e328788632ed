import { invalidValue, tooLong } from '../../api/field-errors.ts';
import { compileRegex, type OnSteps, type Regex, RegexSyntaxError } from '../../regex/regex.ts';
import type { Finding } from './findings.ts';
import type { JsonSchema } from './json-schema.ts';

/** Checks of single values, with the texts of Kubernetes. `path` is where the value is, as errors name it. */

/** The compiled pattern of a schema; a text says why there is none. */
export function compilePattern(pattern: string | undefined, onSteps: OnSteps): Regex | string | undefined {
  if (!pattern) return undefined;
  try {
    return compileRegex(pattern, onSteps);
  } catch (error) {
    if (error instanceof RegexSyntaxError) return error.message;
    throw error;
  }
}

export function checkString(
  { maxLength, minLength, pattern }: JsonSchema,
  regex: Regex | string | undefined,
  value: string,
  path: string,
  onSteps: OnSteps,
): Finding | undefined {
  // Only a text that could be too long or too short needs its characters counted.
  if (maxLength !== undefined && value.length > maxLength && characters(value) > maxLength) {
    const text = `${path} in body should be at most ${maxLength} chars long`;
    return { text, error: tooLong(fieldOf(path), maxLength) };
  }
  if (minLength !== undefined && (value.length < minLength || characters(value) < minLength)) {
    return invalid(path, value, `should be at least ${minLength} chars long`);
  }
  if (typeof regex === 'string') {
    return invalid(path, value, `should match '${pattern}, but pattern is invalid: ${regex}'`);
  }
  return regex && !regex.test(value, onSteps) ? invalid(path, value, `should match '${pattern}'`) : undefined;
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/**
 * Limits of a number. As upstream has it, a limit that the type cannot hold is an error of its own, and whole numbers
 * are compared with the whole part of any other limit.
 */
export function checkNumber(schema: JsonSchema, isTyped: boolean, value: number, path: string): Finding[] {
  const { type, format, multipleOf, minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema;
  const numeric = isTyped && (type === 'integer' || type === 'number') ? type : '';
  const findings = [outOfType(value, numeric, format, 'Checked', path)];
  const limit = (what: string, stated: number | undefined, verify: (limit: number) => Finding | undefined) => {
    if (stated === undefined) return;
    const misfit = outOfType(stated, numeric, format, what, path);
    findings.push(misfit, verify(Number.isInteger(value) && !misfit ? Math.trunc(stated) : stated));
  };
  limit('MultipleOf', multipleOf, (factor) => checkMultiple(factor, value, path));
  limit('Minimum boundary', minimum, (least) => {
    const isBelow = exclusiveMinimum ? value <= least : value < least;
    const word = exclusiveMinimum ? 'greater than' : 'greater than or equal to';
    return isBelow ? invalid(path, value, `should be ${word} ${goFloat(least)}`) : undefined;
  });
  limit('Maximum boundary', maximum, (most) => {
    const isAbove = exclusiveMaximum ? value >= most : value > most;
    const word = exclusiveMaximum ? 'less than' : 'less than or equal to';
    return isAbove ? invalid(path, value, `should be ${word} ${goFloat(most)}`) : undefined;
  });
  return findings.filter((finding) => finding !== undefined);
}

function checkMultiple(factor: number, value: number, path: string): Finding | undefined {
  if (factor <= 0) {
    const text = `factor MultipleOf declared for ${path} must be positive: ${goFloat(factor)}`;
    return { text, error: invalidValue(fieldOf(path), factor, text) };
  }
  const isWhole = Number.isInteger(factor) && Number.isInteger(value);
  const quotient = factor < 1 ? (1 / factor) * value : value / factor;
  const isMultiple = isWhole ? value % factor === 0 : isNearInteger(quotient);
  return isMultiple ? undefined : invalid(path, value, `should be a multiple of ${goFloat(factor)}`);
}

/** Fractions have no exact form in binary: near enough is equal. */
function isNearInteger(quotient: number): boolean {
  if (!Number.isFinite(quotient) || Math.abs(quotient) > Number.MAX_SAFE_INTEGER) return false;
  const whole = Math.trunc(quotient);
  return quotient === whole || Math.abs(quotient - whole) / (Math.abs(quotient) + Math.abs(whole)) < 1e-9;
}

function outOfType(
  value: number,
  type: string,
  format: string | undefined,
  what: string,
  path: string,
): Finding | undefined {
  if (type === '' || (type === 'number' && format !== 'float')) return undefined;
  const limit = type === 'number' ? 2 ** 128 : format === 'int32' ? 2 ** 31 : 2 ** 63;
  const isHeld = (type === 'number' || Number.isInteger(value)) && value >= -limit && value < limit;
  if (isHeld) return undefined;
  const known = format === 'int32' || format === 'int64' || format === 'float';
  const form = known ? `with format ${format}` : '(default format)';
  return anywhere(`${what} value must be of type ${type} ${form} in ${path}`);
}

/** `%v` of a float. */
function goFloat(value: number): string {
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

export function invalid(path: string, value: unknown, problem: string): Finding {
  const text = `${path} in body ${problem}`;
  return { text, error: invalidValue(fieldOf(path), value, text) };
}

/** A finding that names no field: its text does. */
export function anywhere(text: string): Finding {
  return { text, error: invalidValue('<nil>', '', text) };
}

/** The field of an error: the root has none, and fields directly below it do not begin with a dot. */
export function fieldOf(path: string): string {
  return path.startsWith('.') ? path.slice(1) : path || '<nil>';
}
