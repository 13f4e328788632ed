import { maximumDepth } from '../api/json.ts';
import { isInteger, mismatchText, TypeMismatch, toBase64, toQuantity, toTime, zeroOf } from './convert.ts';
import { goTypeOf } from './go-types.ts';
import type { ArraySchema, Field, MapSchema, ObjectSchema, ScalarSchema, Schema } from './model.ts';
import { parseModelName } from './names.ts';

/** Findings of strict decoding that are told: a body of nothing but unknown fields is not answered with a book. */
export const maximumFindings = 100;

export interface Checked {
  value: unknown;
  /** `unknown field "spec.foo"`, in the order of the document, at most `maximumFindings`. */
  unknown: string[];
}

/**
 * Brings parsed JSON into the form of a schema as Go's decoder would, in place: unknown fields, nulls and empty
 * optional lists and maps disappear, quantities and times get their canonical form. Throws TypeMismatch for the first value of a wrong type.
 *
 * @param path where the value is in its document, for what is found
 */
export function checkTypes(schema: Schema, value: unknown, path: readonly (string | number)[] = []): Checked {
  const checker = new TypeChecker(path);
  const checked = checker.check(schema, value, undefined);
  if (checker.mismatch) throw new TypeMismatch(checker.mismatch);
  return { value: checked, unknown: checker.unknown };
}

/** `spec.containers[0].name`. */
export function pathText(path: readonly (string | number)[]): string {
  let text = '';
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text ? `.${step}` : step;
  return text;
}

/**
 * Walks value and schema together. As in Go, a value of the wrong JSON type is noted and the walk goes on (the first
 * one is told), while a text that its own decoder refuses (quantity, time, base64) ends it at once.
 */
class TypeChecker {
  readonly unknown: string[] = [];
  mismatch: string | undefined;
  /** Fields, indexes and map keys from the root, as strict decoding reports them. */
  readonly #path: (string | number)[];
  /** Only the fields, as type errors report them. */
  readonly #fields: string[] = [];

  constructor(path: readonly (string | number)[]) {
    this.#path = [...path];
  }

  /** `owner` is the struct whose field is being read. */
  check(schema: Schema, value: unknown, owner: ObjectSchema | undefined): unknown {
    switch (schema.type) {
      case 'object':
        return isObject(value) ? this.#object(schema, value) : this.#wrong(schema, value, owner);
      case 'map':
        return isObject(value) ? this.#map(schema, value, owner) : this.#wrong(schema, value, owner);
      case 'array':
        return Array.isArray(value) ? this.#array(schema, value, owner) : this.#wrong(schema, value, owner);
      case 'any':
        boundDepth(value, this.#path.length);
        return value;
      default:
        return this.#scalar(schema, value, owner);
    }
  }

  #object(schema: ObjectSchema, value: Record<string, unknown>): unknown {
    const fields = fieldMap(schema);
    for (const key in value) {
      const item = value[key];
      const field = fields.get(key);
      if (!field) {
        this.#unknownField(schema, value, key);
      } else if (item === null && field.schema.default === null) {
        // It would be put back, at another place.
      } else if (item === null || isOmitted(schema, field, item)) {
        delete value[key];
      } else {
        this.#fields.push(key);
        const checked = this.#item(field.schema, key, item, schema);
        this.#fields.pop();
        if (checked !== item) value[key] = checked;
      }
    }
    return value;
  }

  #unknownField(schema: ObjectSchema, value: Record<string, unknown>, key: string): void {
    if (schema.preserveUnknown) {
      boundDepth(value[key], this.#path.length + 1);
      return;
    }
    if (this.unknown.length < maximumFindings) this.unknown.push(`unknown field "${pathText([...this.#path, key])}"`);
    delete value[key];
  }

  #map(schema: MapSchema, value: Record<string, unknown>, owner: ObjectSchema | undefined): unknown {
    for (const key in value) {
      const item = value[key];
      const checked = item === null ? zeroOf(schema.values) : this.#item(schema.values, key, item, owner);
      if (checked !== item) value[key] = checked;
    }
    return value;
  }

  #array(schema: ArraySchema, value: unknown[], owner: ObjectSchema | undefined): unknown {
    for (let index = 0; index < value.length; index++) {
      const item = value[index];
      value[index] = item === null ? zeroOf(schema.items) : this.#item(schema.items, index, item, owner);
    }
    return value;
  }

  #item(schema: Schema, step: string | number, value: unknown, owner: ObjectSchema | undefined): unknown {
    if (this.#path.push(step) > maximumDepth) throw tooDeep();
    const checked = this.check(schema, value, owner);
    this.#path.pop();
    return checked;
  }

  #scalar(schema: ScalarSchema, value: unknown, owner: ObjectSchema | undefined): unknown {
    switch (schema.type) {
      case 'boolean':
        return typeof value === 'boolean' ? value : this.#wrong(schema, value, owner);
      case 'integer':
        return isInteger(value, schema.format) ? value : this.#wrong(schema, value, owner);
      case 'number':
        return typeof value === 'number' ? value : this.#wrong(schema, value, owner);
      case 'string':
        return this.#string(schema, value, owner);
    }
  }

  #string(schema: ScalarSchema, value: unknown, owner: ObjectSchema | undefined): unknown {
    if (schema.format === 'quantity') return toQuantity(value);
    if (schema.format === 'int-or-string' && isInteger(value, 'int32')) return value;
    if (typeof value !== 'string') return this.#wrong(schema, value, owner);
    switch (schema.format) {
      case 'date-time':
      case 'micro-time':
        return toTime(value, schema.format);
      case 'byte':
        return toBase64(value);
      default:
        return value;
    }
  }

  #wrong(schema: Schema, value: unknown, owner: ObjectSchema | undefined): unknown {
    const struct = parseModelName(owner?.name ?? '').name;
    const field = owner && `${struct}.${this.#fields.join('.')}`;
    this.mismatch ??= mismatchText(value, goTypeOf(schema), field);
    return value;
  }
}

const maps = new WeakMap<object, ReadonlyMap<string, Field>>();

/** The fields of a struct as a map: faster to search than an object, and blind to what objects inherit. */
export function fieldMap({ fields }: ObjectSchema): ReadonlyMap<string, Field> {
  const known = maps.get(fields);
  if (known) return known;
  const map = new Map(Object.entries(fields));
  maps.set(fields, map);
  return map;
}

/** In Go's structs optional lists and maps without items are not written; custom resources are no structs there. */
function isOmitted(owner: ObjectSchema, { schema, required }: Field, value: unknown): boolean {
  if (required || owner.name === undefined) return false;
  if (schema.type === 'array') return Array.isArray(value) && value.length === 0;
  return schema.type === 'map' && isObject(value) && !hasKeys(value);
}

function hasKeys(value: Record<string, unknown>): boolean {
  for (const _ in value) return true;
  return false;
}

/** Open values are not looked into, but everyone who walks an object later must be able to. */
export function boundDepth(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > maximumDepth) throw tooDeep();
  for (const item of Array.isArray(value) ? value : Object.values(value)) boundDepth(item, depth + 1);
}

export function tooDeep(): TypeMismatch {
  return new TypeMismatch('exceeded max depth');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
