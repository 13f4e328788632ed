import type { ObjectSchema, ScalarSchema, Schema } from '../schema/model.ts';
import { escapeIdentifier, unescapeIdentifier } from './identifiers.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  INT,
  listOf,
  mapOf,
  type ObjectType,
  STRING,
  TIMESTAMP,
} from './types.ts';

const known = new WeakMap<ObjectSchema, ObjectType>();

/** The type of values of a schema of the model, which built-in kinds and custom resources share. */
export function modelType(schema: Schema): CelType {
  switch (schema.type) {
    case 'object':
      return fieldsType(schema);
    case 'map':
      return mapOf(STRING, modelType(schema.values));
    case 'array':
      return listOf(modelType(schema.items), identityOf(schema));
    case 'any':
      return DYN;
    default:
      return scalarType(schema);
  }
}

function identityOf({ listType, listMapKeys }: { listType?: string; listMapKeys?: readonly string[] }) {
  if (listType !== 'set' && listType !== 'map') return {};
  return { listType, ...(listMapKeys ? { mapKeys: listMapKeys } : {}) } as const;
}

/** Types of the model refer to each other in circles: fields are looked at when they are asked for. */
function fieldsType(schema: ObjectSchema): CelType {
  if (schema.additional && Object.keys(schema.fields).length === 0) return mapOf(STRING, modelType(schema.additional));
  const type: ObjectType = known.get(schema) ?? {
    kind: 'object',
    name: schema.name ?? 'object',
    field(name) {
      const jsonName = unescapeIdentifier(name);
      if (jsonName === undefined || escapeIdentifier(jsonName) !== name || !(jsonName in schema.fields))
        return undefined;
      const field = modelType(schema.fields[jsonName]!.schema);
      return { type: field, ...(jsonName === name ? {} : { jsonName }) };
    },
  };
  known.set(schema, type);
  return type;
}

function scalarType({ type, format }: ScalarSchema): CelType {
  switch (format) {
    case 'int-or-string':
    case 'quantity':
      return DYN;
    case 'byte':
      return BYTES;
    case 'date-time':
    case 'micro-time':
      return TIMESTAMP;
    default:
      return { string: STRING, integer: INT, number: DOUBLE, boolean: BOOL }[type];
  }
}
