import { goJson } from '../../api/go-format.ts';
import { isJsonObject, maximumDepth } from '../../api/json.ts';
import { boundDepth, type Checked, checkTypes, fieldMap, maximumFindings, pathText, tooDeep } from '../check-types.ts';
import { TypeMismatch } from '../convert.ts';
import type { ObjectSchema, Schema } from '../model.ts';

/**
 * Brings parsed JSON into the form of a structural schema, in place: fields that the schema does not know disappear,
 * and so do nulls where null is not allowed and there is no default to take their place. Values of a wrong type are left
 * for validation, which has better words for them. Only metadata is read as strictly as in built-in kinds, the
 * resource's own and that of embedded ones; a mismatch there is thrown.
 */
export function pruneResource(schema: ObjectSchema, resource: Record<string, unknown>): Checked {
  const pruner = new Pruner();
  const own = pruner.metadata(schema, resource);
  pruner.walk(schema, resource);
  const unknown = [...own, ...pruner.unknown.sort(), ...pruner.embedded.sort()].slice(0, maximumFindings);
  return { value: resource, unknown };
}

/** Whether a value holds fields that the schema does not know. The value loses them. */
export function pruneValue(schema: Schema, value: unknown): boolean {
  const pruner = new Pruner();
  pruner.walk(schema, value);
  return pruner.unknown.length > 0;
}

class Pruner {
  readonly unknown: string[] = [];
  /** What the metadata of embedded resources does not know. */
  readonly embedded: string[] = [];
  readonly #path: (string | number)[] = [];

  /** Without a schema nothing is known: objects lose all that they have. */
  walk(schema: Schema | undefined, value: unknown): void {
    if (this.#path.length > maximumDepth) throw tooDeep();
    if (schema?.type === 'any' && schema.unknownFields !== 'prune') boundDepth(value, this.#path.length);
    else if (Array.isArray(value)) this.#array(schema, value);
    else if (isJsonObject(value)) this.#object(schema, value);
  }

  #array(schema: Schema | undefined, items: unknown[]): void {
    if (schema?.type === 'object' && schema.preserveUnknown) {
      boundDepth(items, this.#path.length);
      return;
    }
    const itemSchema = schema?.type === 'array' ? schema.items : undefined;
    for (const [index, item] of items.entries()) this.#enter(index, itemSchema, item);
  }

  #object(schema: Schema | undefined, object: Record<string, unknown>): void {
    for (const key of Object.keys(object)) {
      const value = object[key];
      const known = memberOf(schema, key);
      if (!known) this.#unknownMember(schema, object, key);
      else if (value === null && !known.nullable && known.default === undefined) delete object[key];
      else if (known.type === 'object' && known.name !== undefined) this.#struct(known, object, key);
      else this.#enter(key, known, value);
    }
  }

  #unknownMember(schema: Schema | undefined, object: Record<string, unknown>, key: string): void {
    if (schema?.type === 'object' && schema.preserveUnknown) {
      boundDepth(object[key], this.#path.length + 1);
      return;
    }
    if (this.unknown.length < maximumFindings) this.unknown.push(unknownField(pathText([...this.#path, key])));
    delete object[key];
  }

  /** The metadata of the resource itself has been read already. */
  #struct(schema: ObjectSchema, object: Record<string, unknown>, key: string): void {
    if (this.#path.length === 0) return;
    for (const field of ['apiVersion', 'kind']) this.#requireText(object, field);
    const path = [...this.#path, key];
    const value = object[key];
    try {
      if (value === null) delete object[key];
      else this.embedded.push(...checkTypes(schema, value, path).unknown);
    } catch (error) {
      if (!(error instanceof TypeMismatch)) throw error;
      throw new TypeMismatch(`${pathText(path)}: Invalid value: ${goJson(value)}: ${error.message}`);
    }
  }

  #requireText(object: Record<string, unknown>, field: string): void {
    const value = object[field];
    if (value === undefined || typeof value === 'string') return;
    throw new TypeMismatch(`${pathText([...this.#path, field])}: Invalid value: ${goJson(value)}: must be a string`);
  }

  metadata({ fields }: ObjectSchema, resource: Record<string, unknown>): string[] {
    if (resource.metadata === null) delete resource.metadata;
    const schema = fields.metadata?.schema;
    if (!schema || resource.metadata === undefined) return [];
    return checkTypes(schema, resource.metadata, ['metadata']).unknown;
  }

  #enter(step: string | number, schema: Schema | undefined, value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    this.#path.push(step);
    this.walk(schema, value);
    this.#path.pop();
  }
}

function memberOf(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.type === 'map') return schema.values;
  if (schema?.type !== 'object') return undefined;
  return fieldMap(schema).get(key)?.schema ?? schema.additional;
}

function unknownField(path: string): string {
  return `unknown field "${path}"`;
}
