import { canonicalQuantity, QuantityError } from '../api/quantity.ts';
import { corruptBase64At } from './base64.ts';
import { describeValue } from './go-types.ts';
import type { Schema } from './model.ts';
import { canonicalTime, TimeError, type TimeFormat } from './time.ts';

/** The value cannot be read as the type; the message is that of Go's decoder, without the object's name. */
export class TypeMismatch extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TypeMismatch';
  }
}

/** Few texts make up nearly all quantities of a cluster, and each costs big integers. */
const canonical = new Map<string, string>();
const maximumCached = 1000;
const maximumCachedLength = 24;

/** The stored form of a quantity given as text or number. Throws TypeMismatch. */
export function toQuantity(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';
  const known = canonical.get(text);
  if (known !== undefined) return known;
  try {
    return remember(text, canonicalQuantity(text));
  } catch (error) {
    throw mismatchFrom(error, QuantityError);
  }
}

function remember(text: string, form: string): string {
  if (canonical.size >= maximumCached) canonical.clear();
  if (text.length <= maximumCachedLength) canonical.set(text, form);
  return form;
}

/** The stored form of a time stamp. Throws TypeMismatch. */
export function toTime(value: string, format: TimeFormat): string {
  try {
    return canonicalTime(value, format);
  } catch (error) {
    throw mismatchFrom(error, TimeError);
  }
}

/** Base64 without line breaks. Throws TypeMismatch. */
export function toBase64(value: string): string {
  const corrupt = corruptBase64At(value);
  if (corrupt !== undefined) throw new TypeMismatch(`illegal base64 data at input byte ${corrupt}`);
  return value.replaceAll(/[\r\n]/g, '');
}

function mismatchFrom(error: unknown, expected: typeof QuantityError | typeof TimeError): unknown {
  return error instanceof expected ? new TypeMismatch(error.message) : error;
}

/** True for a number that the integer type can hold; beyond 2^53 JavaScript has rounded it already. */
export function isInteger(value: unknown, format: string | undefined): value is number {
  if (!Number.isInteger(value)) return false;
  const limit = format === 'int32' ? 2 ** 31 : 2 ** 63;
  return (value as number) >= -limit && (value as number) < limit;
}

/** What null becomes as an item of a list or a map: Go's zero value. As a field, null is the same as absent. */
export function zeroOf(schema: Schema): unknown {
  switch (schema.type) {
    case 'object':
      return {};
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
      return 0;
    case 'string':
      return zeroText(schema.format);
    default:
      return null;
  }
}

function zeroText(format: string | undefined): string | number | null {
  switch (format) {
    case 'quantity':
      return '0';
    case 'int-or-string':
      return 0;
    case 'date-time':
    case 'micro-time':
      return null;
    default:
      return '';
  }
}

/** `json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container`. */
export function mismatchText(value: unknown, goType: string, field: string | undefined): string {
  const described = describeValue(value, /^(?:int|float)/.test(goType));
  return `json: cannot unmarshal ${described} into Go ${field ? `struct field ${field}` : 'value'} of type ${goType}`;
}
