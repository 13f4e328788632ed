import type { Schema } from './model.ts';
import { goTypeName } from './names.ts';

/** How Go prints the type of a node in a decoding error: `[]v1.Container`, `map[string]string`, `int32`. */
export function goTypeOf(schema: Schema): string {
  switch (schema.type) {
    case 'object':
      return schema.name ? goTypeName(schema.name) : 'map[string]interface {}';
    case 'array':
      return `[]${goTypeOf(schema.items)}`;
    case 'map':
      return schema.goType ?? `map[string]${goTypeOf(schema.values)}`;
    case 'any':
      return 'interface {}';
    case 'boolean':
      return 'bool';
    case 'number':
      return 'float64';
    case 'integer':
      return schema.format ?? 'int64';
    case 'string':
      return schema.goType ?? goTypeOfString(schema.format);
  }
}

function goTypeOfString(format: string | undefined): string {
  if (format === 'byte') return '[]uint8';
  // Decoders of these types read an integer unless they see a string.
  return format === 'int-or-string' ? 'int32' : 'string';
}

/** What Go calls a JSON value in such an error; numbers are told where a number was wanted but not this one. */
export function describeValue(value: unknown, wantsNumber: boolean): string {
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return wantsNumber ? `number ${value}` : 'number';
    case 'string':
      return 'string';
    default:
      return 'object';
  }
}
