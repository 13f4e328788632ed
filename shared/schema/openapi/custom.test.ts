import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../structural/json-schema.ts';
import { type CustomDocumentedKind, customDefinitions, customDocument } from './custom.ts';
import { encodeOpenapiV2 } from './protobuf.ts';

const model = 'com.example.stable.v1.CronTab';

function kind(openAPIV3Schema: JsonSchema): CustomDocumentedKind {
  return {
    group: 'stable.example.com',
    version: 'v1',
    kind: 'CronTab',
    plural: 'crontabs',
    scope: 'Namespaced',
    subresources: { status: true },
    listKind: 'CronTabList',
    openAPIV3Schema,
  };
}

const spec = (schema: JsonSchema): JsonSchema => ({ type: 'object', properties: { spec: schema } });
const v2Of = (schema: JsonSchema) =>
  (customDefinitions([kind(spec(schema))]).definitions[model] as { properties: { spec: object } }).properties.spec;
const v3Of = (schema: JsonSchema) => {
  const { components } = customDocument([kind(spec(schema))], {}) as unknown as {
    components: { schemas: Record<string, { properties: { spec: object } }> };
  };
  return components.schemas[model]!.properties.spec;
};

describe('OpenAPI of custom resources', () => {
  it('has operations, models and lists with their kinds', () => {
    const document = customDocument([kind(spec({ type: 'object' }))], {});
    const paths = Object.keys(document.paths as object);
    expect(paths).toContain('/apis/stable.example.com/v1/namespaces/{namespace}/crontabs/{name}/status');
    expect(document).toMatchObject({
      components: {
        schemas: {
          [model]: {
            'x-kubernetes-group-version-kind': [{ group: 'stable.example.com', version: 'v1', kind: 'CronTab' }],
          },
          [`${model}List`]: { required: ['items'] },
        },
      },
    });
    expect(JSON.stringify(document)).not.toContain('strategic-merge-patch');
  });

  it.each<[string, JsonSchema, object]>([
    ['unions', { type: 'object', anyOf: [{ required: ['a'] }], not: { required: ['b'] } }, { type: 'object' }],
    ['null', { type: 'string', nullable: true, format: 'date' }, { format: 'date' }],
    ['integers or strings', { 'x-kubernetes-int-or-string': true }, { 'x-kubernetes-int-or-string': true }],
    [
      'fields that are not known',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { a: { type: 'string' } } },
      { 'x-kubernetes-preserve-unknown-fields': true },
    ],
    [
      'required fields that may be null',
      { type: 'object', required: ['a'], properties: { a: { type: 'string', nullable: true } } },
      { type: 'object', properties: { a: {} } },
    ],
  ])('leaves out of version 2 what it has no word for: %s', (_what, schema, expected) => {
    expect(v2Of(schema)).toEqual(expected);
    encodeOpenapiV2({ ...customDefinitions([kind(spec(schema))]) });
  });

  it('keeps all of it in version 3', () => {
    const schema: JsonSchema = {
      type: 'object',
      nullable: true,
      required: ['a'],
      properties: { a: { type: 'string', pattern: '^a', maxLength: 3 }, b: { 'x-kubernetes-int-or-string': true } },
      anyOf: [{ required: ['b'] }],
    };
    expect(v3Of(schema)).toEqual({
      ...schema,
      properties: {
        a: schema.properties!.a,
        b: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
      },
    });
  });
});
