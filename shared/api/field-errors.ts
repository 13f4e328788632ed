import type { FieldError } from './errors.ts';
import { goJson, goQuote } from './go-format.ts';

/**
 * Builders of field errors. `path` is the field in Kubernetes' notation (`spec.ports[0].name`); the texts are those
 * of Kubernetes' `field` package.
 */

/** A value that must be there is missing or empty. */
export function required(path: string, detail = ''): FieldError {
  return { field: path, reason: 'FieldValueRequired', message: withDetail('Required value', detail) };
}

/** The value is malformed or out of range. */
export function invalidValue(path: string, value: unknown, detail: string): FieldError {
  return { field: path, reason: 'FieldValueInvalid', message: withDetail(`Invalid value: ${show(value)}`, detail) };
}

/** The same where the value is too large to repeat, or is wrong only beside others. */
export function invalidField(path: string, detail: string): FieldError {
  return { field: path, reason: 'FieldValueInvalid', message: withDetail('Invalid value', detail) };
}

/** One `invalidValue` for each message of a syntax check (`validation/names.ts`). */
export function invalidValues(path: string, value: unknown, messages: readonly string[]): FieldError[] {
  return messages.map((message) => invalidValue(path, value, message));
}

/** The value has the wrong JSON type. */
export function typeInvalid(path: string, value: unknown, detail: string): FieldError {
  return { field: path, reason: 'FieldValueTypeInvalid', message: withDetail(`Invalid value: ${show(value)}`, detail) };
}

/** The value is none of an enumeration; `supported` is printed in the given order. */
export function notSupported(path: string, value: unknown, supported: readonly string[]): FieldError {
  const detail = supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`;
  return {
    field: path,
    reason: 'FieldValueNotSupported',
    message: withDetail(`Unsupported value: ${show(value)}`, detail),
  };
}

export function duplicate(path: string, value: unknown, detail = ''): FieldError {
  return { field: path, reason: 'FieldValueDuplicate', message: withDetail(`Duplicate value: ${show(value)}`, detail) };
}

/** The value would be fine elsewhere or at another time. */
export function forbidden(path: string, detail: string): FieldError {
  return { field: path, reason: 'FieldValueForbidden', message: withDetail('Forbidden', detail) };
}

/** The value names something that does not exist. */
export function valueNotFound(path: string, value: unknown): FieldError {
  return { field: path, reason: 'FieldValueNotFound', message: `Not found: ${show(value)}` };
}

/** Longer than `maxLength` bytes; the value itself is not repeated. */
export function tooLong(path: string, maxLength: number): FieldError {
  const detail = `may not be more than ${maxLength} ${maxLength === 1 ? 'byte' : 'bytes'}`;
  return { field: path, reason: 'FieldValueTooLong', message: `Too long: ${detail}` };
}

/** A list has more than `maximum` items. */
export function tooMany(path: string, actual: number, maximum: number): FieldError {
  const detail = `must have at most ${maximum} ${maximum === 1 ? 'item' : 'items'}`;
  return { field: path, reason: 'FieldValueTooMany', message: `Too many: ${actual}: ${detail}` };
}

export function internalError(path: string, detail: string): FieldError {
  return { field: path, reason: 'InternalError', message: withDetail('Internal error', detail) };
}

/** The value differs from the stored one and may not. */
export function immutable(path: string, value: unknown): FieldError {
  return invalidValue(path, value, 'field is immutable');
}

function withDetail(head: string, detail: string): string {
  return detail === '' ? head : `${head}: ${detail}`;
}

function show(value: unknown): string {
  return typeof value === 'string' ? goQuote(value) : goJson(value);
}
