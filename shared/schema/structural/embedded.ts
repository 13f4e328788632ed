import type { FieldError } from '../../api/errors.ts';
import { invalidValue, required } from '../../api/field-errors.ts';
import { isJsonObject } from '../../api/json.ts';
import type { ObjectMeta } from '../../api/object.ts';
import { checkDNS1035Label, validateObjectMeta } from '../../api/validation.ts';
import { additionalOf, itemsOf, type JsonSchema, propertyOf } from './json-schema.ts';

/** Type and metadata of the resources that `x-kubernetes-embedded-resource` says are in a value. */
export function validateEmbedded(schema: JsonSchema, value: unknown, path = ''): FieldError[] {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return items ? value.flatMap((item, index) => validateEmbedded(items, item, `${path}[${index}]`)) : [];
  }
  if (!isJsonObject(value)) return [];
  const errors = schema['x-kubernetes-embedded-resource'] ? validateResource(value, path) : [];
  for (const [key, member] of Object.entries(value)) {
    const isNamed = schema.properties && Object.hasOwn(schema.properties, key);
    const memberSchema = isNamed ? propertyOf(schema, key) : additionalOf(schema);
    if (!memberSchema || typeof member !== 'object') continue;
    const memberPath = isNamed ? child(path, key) : `${path}[${key}]`;
    errors.push(...validateEmbedded(memberSchema, member, memberPath));
  }
  return errors;
}

function child(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}

function validateResource(resource: Record<string, unknown>, path: string): FieldError[] {
  const { apiVersion, kind, metadata } = resource;
  const errors: FieldError[] = [];
  for (const field of ['apiVersion', 'kind']) {
    if (!Object.hasOwn(resource, field)) errors.push(required(child(path, field)));
  }
  if (apiVersion !== undefined) errors.push(...validateApiVersion(apiVersion, child(path, 'apiVersion')));
  if (kind !== undefined) errors.push(...validateKind(kind, child(path, 'kind')));
  if (metadata !== undefined && isJsonObject(metadata)) {
    const meta = { ...metadata, name: metadata.name || 'fakename' } as ObjectMeta;
    const found = validateObjectMeta(meta, { namespaced: Boolean(meta.namespace), nameFormat: 'path-segment' });
    errors.push(...found.map((error) => ({ ...error, field: child(path, error.field) })));
  }
  return errors;
}

function validateApiVersion(value: unknown, path: string): FieldError[] {
  if (typeof value !== 'string') return [invalidValue(path, value, 'must be a string')];
  if (value === '') return [invalidValue(path, value, 'must not be empty')];
  const isGroupVersion = value.split('/').length <= 2;
  return isGroupVersion ? [] : [invalidValue(path, value, `unexpected GroupVersion string: ${value}`)];
}

function validateKind(value: unknown, path: string): FieldError[] {
  if (typeof value !== 'string') return [invalidValue(path, value, 'must be a string')];
  if (value === '') return [invalidValue(path, value, 'must not be empty')];
  const problems = checkDNS1035Label(value.toLowerCase());
  if (problems.length === 0) return [];
  return [invalidValue(path, value, `may have mixed case, but should otherwise match: ${problems.join()}`)];
}
