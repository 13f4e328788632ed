import { expect, it } from 'vitest';
import { builtInKinds } from '../../../shared/kinds/index.generated.ts';
import type { Schema } from '../../../shared/schema/model.ts';
import { schemaFor } from '../../../shared/schema/registry.ts';
import tables from './field-numbers.json' with { type: 'json' };

const table: Readonly<Record<string, readonly string[]>> = tables;

/** Types of bodies that are no kinds of their own. */
const bodies = [
  { type: 'core/v1.Binding', schema: 'V1Binding' },
  { type: 'policy/v1.Eviction', schema: 'V1Eviction' },
  { type: 'autoscaling/v1.Scale', schema: 'V1Scale' },
  { type: 'meta/v1.DeleteOptions', schema: 'V1DeleteOptions' },
  { type: 'authentication/v1.SelfSubjectReview', schema: 'V1SelfSubjectReview' },
  { type: 'authorization/v1.SelfSubjectAccessReview', schema: 'V1SelfSubjectAccessReview' },
];
const kinds = builtInKinds
  .filter(({ group }) => !group.includes('.'))
  .map(({ group, version, kind, schema }) => ({ type: `${group || 'core'}/${version}.${kind}`, schema }));

interface TableField {
  number: number;
  name: string;
  type: string;
}

/** The fields of a type as JSON has them: those of embedded types are its own. */
function fieldsOf(type: string): TableField[] {
  const lines = table[type];
  if (!lines) throw new Error(`${type} is not in the table`);
  return lines.flatMap((line) => {
    const [number, name = '', fieldType = ''] = line.split(' ');
    return name === '' ? fieldsOf(fieldType.replace('*', '')) : [{ number: Number(number), name, type: fieldType }];
  });
}

/** What a type of the table looks like in the schema; a struct is compared by itself. */
function shapeOf(type: string): string {
  if (type.startsWith('[]')) return `list of ${shapeOf(type.slice(2))}`;
  if (type.startsWith('{}')) return `map of ${shapeOf(type.slice(2))}`;
  if (type.startsWith('items/')) return `list of ${shapeOf(type.slice('items/'.length))}`;
  const plain = type.replace('*', '');
  return plain.includes('/') ? 'struct' : plain;
}

const formats: Readonly<Record<string, string>> = {
  'date-time': 'time',
  'micro-time': 'microTime',
  quantity: 'quantity',
  'int-or-string': 'intOrString',
  byte: 'bytes',
};

function schemaShape(schema: Schema): string {
  switch (schema.type) {
    case 'array':
      return `list of ${schemaShape(schema.items)}`;
    case 'map':
      return `map of ${schemaShape(schema.values)}`;
    case 'object':
      return 'struct';
    case 'any':
      return 'raw';
    case 'boolean':
      return 'bool';
    default:
      return formats[schema.format ?? ''] ?? { string: 'string', integer: 'int', number: 'double' }[schema.type];
  }
}

function innermost(schema: Schema): Schema {
  if (schema.type === 'array') return innermost(schema.items);
  return schema.type === 'map' ? innermost(schema.values) : schema;
}

/** Differences between the table and the schema, for a type and all that it refers to. */
function compare(type: string, schemaName: string, seen: Map<string, string>, found: string[]): void {
  if (seen.has(type)) return;
  seen.set(type, schemaName);
  const { fields } = schemaFor(schemaName);
  const listed = new Map(fieldsOf(type).map((field) => [field.name, field]));
  for (const name of Object.keys(fields)) {
    if (name !== 'kind' && name !== 'apiVersion' && !listed.has(name))
      found.push(`${type}.${name}: only in the schema`);
  }
  for (const field of listed.values()) {
    const schema = fields[field.name]?.schema;
    if (!schema) {
      found.push(`${type}.${field.name}: only in the table`);
      continue;
    }
    const [said, meant] = [shapeOf(field.type), schemaShape(schema)];
    if (said !== meant) found.push(`${type}.${field.name}: ${said} in the table, ${meant} in the schema`);
    const inner = innermost(schema);
    const innerType = field.type.replace(/^(\[\]|\{\})?(\*)?(items\/)?/, '');
    if (inner.type === 'object' && inner.name && innerType.includes('/')) compare(innerType, inner.name, seen, found);
  }
}

const roots = [...kinds, ...bodies];

it('names every field of the types that clients send, in the form that the schema gives it', () => {
  const found: string[] = [];
  const seen = new Map<string, string>();
  for (const { type, schema } of roots) compare(type, schema, seen, found);
  expect(found).toEqual([]);
  expect(seen.size).toBeGreaterThan(150);
});

it('gives each field of a message a number of its own', () => {
  for (const [type, lines] of Object.entries(table)) {
    const numbers = lines.map((line) => Number(line.split(' ')[0]));
    expect(new Set(numbers).size, type).toBe(numbers.length);
    expect(
      numbers.every((number) => Number.isInteger(number) && number > 0),
      type,
    ).toBe(true);
  }
});
