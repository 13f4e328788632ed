import { isJsonObject, type Json } from '../../api/json.ts';

/**
 * How gnostic lays an OpenAPI v2 document out in protocol buffers (package `openapi.v2`, the format that Kubernetes
 * serves and `kubectl` reads): message by message, which key of the JSON document is which field. What Kubernetes'
 * documents never have (forms, headers, files, examples, OAuth) is left out.
 */

export type Scalar = 'string' | 'bool' | 'int64' | 'double';

export interface Field {
  number: number;
  type: Scalar | MessageName;
  repeated?: true;
}

export type Message =
  /** An object with known keys. `extensions`: the field of its `x-` keys. */
  | { form: 'object'; fields: Readonly<Record<string, Field>>; extensions?: number }
  /** An object whose keys are names: a repeated field of messages with name (1) and value (2). */
  | { form: 'map'; entries: number; value: Scalar | MessageName; extensions?: number }
  /** A value or a list of values, in a repeated field. */
  | { form: 'list'; items: Field }
  /** Any value, as YAML. */
  | { form: 'yaml'; number: number }
  /** A value that is one of several messages. */
  | { form: 'oneof'; choose(value: Json): Field };

export type MessageName =
  | 'AdditionalPropertiesItem'
  | 'Any'
  | 'ApiKeySecurity'
  | 'BodyParameter'
  | 'Definitions'
  | 'Document'
  | 'ExternalDocs'
  | 'Info'
  | 'ItemsItem'
  | 'JsonReference'
  | 'NonBodyParameter'
  | 'Operation'
  | 'Parameter'
  | 'ParameterDefinitions'
  | 'ParametersItem'
  | 'PathItem'
  | 'PathParameterSubSchema'
  | 'Paths'
  | 'PrimitivesItems'
  | 'QueryParameterSubSchema'
  | 'Response'
  | 'ResponseDefinitions'
  | 'ResponseValue'
  | 'Responses'
  | 'Schema'
  | 'SchemaItem'
  | 'SecurityDefinitions'
  | 'SecurityDefinitionsItem'
  | 'SecurityRequirement'
  | 'StringArray'
  | 'Tag'
  | 'TypeItem';

function one(number: number, type: Field['type'] = 'string'): Field {
  return { number, type };
}

function many(number: number, type: Field['type'] = 'string'): Field {
  return { number, type, repeated: true };
}

/** What says how a simple value looks, in the same order wherever it is part of a message. */
function simpleValueFields(first: number): Record<string, Field> {
  return {
    type: one(first),
    format: one(first + 1),
    items: one(first + 2, 'PrimitivesItems'),
    collectionFormat: one(first + 3),
    default: one(first + 4, 'Any'),
    maximum: one(first + 5, 'double'),
    exclusiveMaximum: one(first + 6, 'bool'),
    minimum: one(first + 7, 'double'),
    exclusiveMinimum: one(first + 8, 'bool'),
    maxLength: one(first + 9, 'int64'),
    minLength: one(first + 10, 'int64'),
    pattern: one(first + 11),
    maxItems: one(first + 12, 'int64'),
    minItems: one(first + 13, 'int64'),
    uniqueItems: one(first + 14, 'bool'),
    enum: many(first + 15, 'Any'),
    multipleOf: one(first + 16, 'double'),
  };
}

const simpleParameter = { required: one(1, 'bool'), in: one(2), description: one(3), name: one(4) };

const schemaFields: Record<string, Field> = {
  $ref: one(1),
  format: one(2),
  title: one(3),
  description: one(4),
  default: one(5, 'Any'),
  multipleOf: one(6, 'double'),
  maximum: one(7, 'double'),
  exclusiveMaximum: one(8, 'bool'),
  minimum: one(9, 'double'),
  exclusiveMinimum: one(10, 'bool'),
  maxLength: one(11, 'int64'),
  minLength: one(12, 'int64'),
  pattern: one(13),
  maxItems: one(14, 'int64'),
  minItems: one(15, 'int64'),
  uniqueItems: one(16, 'bool'),
  maxProperties: one(17, 'int64'),
  minProperties: one(18, 'int64'),
  required: many(19),
  enum: many(20, 'Any'),
  additionalProperties: one(21, 'AdditionalPropertiesItem'),
  type: one(22, 'TypeItem'),
  items: one(23, 'ItemsItem'),
  allOf: many(24, 'Schema'),
  // A map of schemas by name, laid out as the definitions of a document are.
  properties: one(25, 'Definitions'),
  discriminator: one(26),
  readOnly: one(27, 'bool'),
  externalDocs: one(29, 'ExternalDocs'),
  example: one(30, 'Any'),
};

export const messages: Readonly<Record<MessageName, Message>> = {
  Document: {
    form: 'object',
    fields: {
      swagger: one(1),
      info: one(2, 'Info'),
      host: one(3),
      basePath: one(4),
      schemes: many(5),
      consumes: many(6),
      produces: many(7),
      paths: one(8, 'Paths'),
      definitions: one(9, 'Definitions'),
      parameters: one(10, 'ParameterDefinitions'),
      responses: one(11, 'ResponseDefinitions'),
      security: many(12, 'SecurityRequirement'),
      securityDefinitions: one(13, 'SecurityDefinitions'),
      tags: many(14, 'Tag'),
      externalDocs: one(15, 'ExternalDocs'),
    },
    extensions: 16,
  },
  Info: {
    form: 'object',
    fields: { title: one(1), version: one(2), description: one(3), termsOfService: one(4) },
    extensions: 7,
  },
  Tag: {
    form: 'object',
    fields: { name: one(1), description: one(2), externalDocs: one(3, 'ExternalDocs') },
    extensions: 4,
  },
  ExternalDocs: { form: 'object', fields: { description: one(1), url: one(2) }, extensions: 3 },

  Paths: { form: 'map', entries: 2, value: 'PathItem', extensions: 1 },
  PathItem: {
    form: 'object',
    fields: {
      $ref: one(1),
      get: one(2, 'Operation'),
      put: one(3, 'Operation'),
      post: one(4, 'Operation'),
      delete: one(5, 'Operation'),
      options: one(6, 'Operation'),
      head: one(7, 'Operation'),
      patch: one(8, 'Operation'),
      parameters: many(9, 'ParametersItem'),
    },
    extensions: 10,
  },
  Operation: {
    form: 'object',
    fields: {
      tags: many(1),
      summary: one(2),
      description: one(3),
      externalDocs: one(4, 'ExternalDocs'),
      operationId: one(5),
      produces: many(6),
      consumes: many(7),
      parameters: many(8, 'ParametersItem'),
      responses: one(9, 'Responses'),
      schemes: many(10),
      deprecated: one(11, 'bool'),
      security: many(12, 'SecurityRequirement'),
    },
    extensions: 13,
  },

  ParameterDefinitions: { form: 'map', entries: 1, value: 'Parameter' },
  ParametersItem: {
    form: 'oneof',
    choose: (value) => (isReference(value) ? one(2, 'JsonReference') : one(1, 'Parameter')),
  },
  Parameter: {
    form: 'oneof',
    choose: (value) => (textAt(value, 'in') === 'body' ? one(1, 'BodyParameter') : one(2, 'NonBodyParameter')),
  },
  NonBodyParameter: { form: 'oneof', choose: simpleParameterIn },
  BodyParameter: {
    form: 'object',
    fields: { description: one(1), name: one(2), in: one(3), required: one(4, 'bool'), schema: one(5, 'Schema') },
    extensions: 6,
  },
  QueryParameterSubSchema: {
    form: 'object',
    fields: { ...simpleParameter, allowEmptyValue: one(5, 'bool'), ...simpleValueFields(6) },
    extensions: 23,
  },
  PathParameterSubSchema: {
    form: 'object',
    fields: { ...simpleParameter, ...simpleValueFields(5) },
    extensions: 22,
  },
  PrimitivesItems: { form: 'object', fields: simpleValueFields(1), extensions: 18 },
  JsonReference: { form: 'object', fields: { $ref: one(1), description: one(2) } },

  ResponseDefinitions: { form: 'map', entries: 1, value: 'Response' },
  Responses: { form: 'map', entries: 1, value: 'ResponseValue', extensions: 2 },
  ResponseValue: {
    form: 'oneof',
    choose: (value) => (isReference(value) ? one(2, 'JsonReference') : one(1, 'Response')),
  },
  Response: { form: 'object', fields: { description: one(1), schema: one(2, 'SchemaItem') }, extensions: 5 },
  SchemaItem: { form: 'oneof', choose: () => one(1, 'Schema') },

  Definitions: { form: 'map', entries: 1, value: 'Schema' },
  Schema: { form: 'object', fields: schemaFields, extensions: 31 },
  AdditionalPropertiesItem: {
    form: 'oneof',
    choose: (value) => (typeof value === 'boolean' ? one(2, 'bool') : one(1, 'Schema')),
  },
  TypeItem: { form: 'list', items: many(1) },
  ItemsItem: { form: 'list', items: many(1, 'Schema') },
  Any: { form: 'yaml', number: 2 },

  SecurityDefinitions: { form: 'map', entries: 1, value: 'SecurityDefinitionsItem' },
  SecurityDefinitionsItem: { form: 'oneof', choose: securityScheme },
  ApiKeySecurity: {
    form: 'object',
    fields: { type: one(1), name: one(2), in: one(3), description: one(4) },
    extensions: 5,
  },
  SecurityRequirement: { form: 'map', entries: 1, value: 'StringArray' },
  StringArray: { form: 'list', items: many(1) },
};

function simpleParameterIn(value: Json): Field {
  const place = textAt(value, 'in');
  if (place === 'query') return one(3, 'QueryParameterSubSchema');
  if (place === 'path') return one(4, 'PathParameterSubSchema');
  throw new Error(`no message for a parameter in ${place}`);
}

function securityScheme(value: Json): Field {
  const type = textAt(value, 'type');
  if (type === 'apiKey') return one(2, 'ApiKeySecurity');
  throw new Error(`no message for security of type ${type}`);
}

function isReference(value: Json): boolean {
  return textAt(value, '$ref') !== undefined;
}

function textAt(value: Json, key: string): string | undefined {
  const text = isJsonObject(value) ? value[key] : undefined;
  return typeof text === 'string' ? text : undefined;
}
