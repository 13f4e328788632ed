import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, notSupported, required } from '../../api/field-errors.ts';
import { itemsOf, type JsonSchema } from '../../schema/structural/json-schema.ts';

/** How lists and maps are merged: what goes with `x-kubernetes-list-type` and `x-kubernetes-map-type`. */
export function validateTopology(schema: JsonSchema, path: string): FieldError[] {
  const { 'x-kubernetes-map-type': mapType, 'x-kubernetes-list-type': listType } = schema;
  const errors: FieldError[] = [];
  if (mapType !== undefined) {
    errors.push(...requireType(schema, 'object', 'x-kubernetes-map-type', path));
    if (mapType !== 'atomic' && mapType !== 'granular') {
      errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
    }
  }
  if (listType !== undefined) {
    const mistyped = requireType(schema, 'array', 'x-kubernetes-list-type', path);
    errors.push(...mistyped);
    if (mistyped.length === 0 && listType === 'set') errors.push(...validateSetItems(schema, path));
    if (!['atomic', 'set', 'map'].includes(listType)) {
      errors.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
    }
  }
  return [...errors, ...validateMapKeys(schema, path), ...validateKeyedItems(schema, path)];
}

function requireType({ type }: JsonSchema, wanted: string, extension: string, path: string): FieldError[] {
  if (type === wanted) return [];
  const why = `must be ${wanted} if ${extension} is specified`;
  return [type ? invalidValue(`${path}.type`, type, why) : required(`${path}.type`, why)];
}

/** What may be there only once is compared as a whole. */
function validateSetItems(schema: JsonSchema, path: string): FieldError[] {
  const items = itemsOf(schema);
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const { type, 'x-kubernetes-list-type': listType, 'x-kubernetes-map-type': mapType } = items ?? {};
  if (type === 'array' && listType !== undefined && listType !== 'atomic') {
    return [invalidValue(`${path}.items.x-kubernetes-list-type`, listType, why)];
  }
  if (type === 'object' && mapType !== 'atomic') {
    return [invalidValue(`${path}.items.x-kubernetes-map-type`, listType ?? null, why)];
  }
  return [];
}

function validateMapKeys(schema: JsonSchema, path: string): FieldError[] {
  const { 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  const typePath = `${path}.x-kubernetes-list-type`;
  const errors: FieldError[] = [];
  if (keys.length > 0 && listType !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty';
    errors.push(listType === undefined ? required(typePath, why) : invalidValue(typePath, listType, why));
  }
  if (listType !== 'map') return errors;
  if (keys.length === 0) {
    errors.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  }
  return [...errors, ...validateMapItems(schema, keys, path)];
}

function validateMapItems(schema: JsonSchema, keys: readonly string[], path: string): FieldError[] {
  const items = itemsOf(schema);
  if (schema.items === undefined) {
    return [required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')];
  }
  if (!items) {
    const why = 'must only have a single schema if x-kubernetes-list-type is map';
    return [invalidValue(`${path}.items`, schema.items, why)];
  }
  if (items.type !== 'object') {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    return [invalidValue(`${path}.items.type`, items.type ?? '', why)];
  }
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  return keys.flatMap((key, index) => {
    const property = items.properties && Object.hasOwn(items.properties, key) ? items.properties[key] : undefined;
    const errors: FieldError[] = [];
    if (!property) errors.push(invalidValue(keysPath, keys, 'entries must all be names of item properties'));
    else if (property.type === 'array' || property.type === 'object') {
      const why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(invalidValue(`${path}.items.properties[${key}].type`, items.type, why));
    }
    if (keys.indexOf(key) < index) errors.push(invalidValue(keysPath, keys, 'must not contain duplicate entries'));
    return errors;
  });
}

/** Items that are told apart must be there, and so must their keys. */
function validateKeyedItems(schema: JsonSchema, path: string): FieldError[] {
  const { 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema;
  const items = itemsOf(schema);
  if (!items || (listType !== 'set' && listType !== 'map')) return [];
  const errors: FieldError[] = [];
  if (items.nullable) {
    errors.push(forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`));
  }
  if (listType === 'set') return errors;
  for (const key of keys) {
    const property = items.properties && Object.hasOwn(items.properties, key) ? items.properties[key] : undefined;
    if (!property) continue;
    const place = `${path}.items.properties[${key}]`;
    const why = 'this property is in x-kubernetes-list-map-keys, so it';
    if (!items.required?.includes(key) && (property.default ?? null) === null) {
      errors.push(required(`${place}.default`, `${why} must have a default or be a required property`));
    }
    if (property.nullable) errors.push(forbidden(`${place}.nullable`, `${why} cannot be nullable`));
  }
  return errors;
}
