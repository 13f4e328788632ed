import { expect } from 'vitest';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { anything, aVersion, type Custom, type Definition, define } from '../harness/definitions.ts';
import { commandLine } from '../harness/kubectl.ts';
import { refused } from '../harness/wait.ts';

const ports = {
  type: 'array',
  'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
  'x-kubernetes-list-type': 'map',
  items: {
    type: 'object',
    required: ['containerPort', 'protocol'],
    properties: { containerPort: { type: 'integer' }, protocol: { type: 'string' }, name: { type: 'string' } },
  },
};
const strictSchema = {
  type: 'object',
  properties: {
    spec: { type: 'object', properties: { foo: { type: 'string' }, knownField1: { type: 'string' }, ports } },
  },
};
const embeddingSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: {
        template: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          properties: {
            metadata: { type: 'object', properties: { name: { type: 'string' } } },
            spec: { type: 'object' },
          },
        },
      },
    },
  },
};

const aResource = ({ group, kind }: Definition, spec: object, metadata: object = { name: 'mytest' }): Custom => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata,
  spec,
});

const apply = (t: Conformance, definition: Definition, body: unknown) =>
  t.api.ask<Custom>('PATCH', `${definition.version('v1').path}/mytest`, {
    body,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    query: { fieldManager: 'conformance', fieldValidation: 'Strict' },
  });

const create = (t: Conformance, definition: Definition, body: unknown) =>
  t.api.ask<Custom>('POST', definition.version('v1').path, { body, query: { fieldValidation: 'Strict' } });

conforms('Server side field validation, unknown fields CR no validation schema', async (t) => {
  const definition = await define(t, { versions: [aVersion('v1', anything)] });
  const resource = aResource(definition, { foo: 'foo1', cronSpec: '* * * * */5', ports: [{ name: 'x' }] });
  expect(await apply(t, definition, resource)).toMatchObject(resource);
  const kubectl = commandLine(t);
  const other = aResource(definition, { anything: { goes: true } }, { name: 'other' });
  await kubectl.run(['create', '--validate=true', '-f', '-'], JSON.stringify(other));
  await kubectl.run(['apply', '--validate=true', '-f', '-'], JSON.stringify(other));
});

conforms('Server side field validation, valid CR with validation schema', async (t) => {
  const definition = await define(t, { versions: [aVersion('v1', strictSchema)] });
  const resource = aResource(definition, {
    knownField1: 'known',
    ports: [{ name: 'portName', containerPort: 8080, protocol: 'TCP' }],
  });
  expect(await apply(t, definition, resource)).toMatchObject(resource);
  const kubectl = commandLine(t);
  const other = { ...resource, metadata: { name: 'other' } };
  await kubectl.run(['create', '--validate=true', '-f', '-'], JSON.stringify(other));
  await kubectl.run(['apply', '--validate=true', '-f', '-'], JSON.stringify(other));
});

conforms('Server side field validation, unknown fields CR fails validation', async (t) => {
  const definition = await define(t, { versions: [aVersion('v1', strictSchema)] });
  const resource = aResource(definition, { extraProperty: 'arbitrary-value' });
  const { group, kind } = definition;
  await refused(apply(t, definition, resource), {
    code: 400,
    message: `failed to create typed patch object (${t.namespace}/mytest; ${group}/v1, Kind=${kind}): .spec.extraProperty: field not declared in schema`,
  });
  const { code, stderr } = await commandLine(t).attempt(
    ['create', '--validate=true', '-f', '-'],
    JSON.stringify(resource),
  );
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('unknown field "spec.extraProperty"'),
  });
});

conforms('Server side field validation, CR duplicates', async (t) => {
  const definition = await define(t, { versions: [aVersion('v1', anything)] });
  const { apiVersion, kind } = aResource(definition, {});
  const text = `{"apiVersion":"${apiVersion}","kind":"${kind}","metadata":{"name":"mytest"},"spec":{"unknown":1,"foo":"a","foo":"b","ports":[{"name":"n","name":"m"}]}}`;
  await refused(create(t, definition, text), {
    code: 400,
    message: 'strict decoding error: duplicate field "spec.foo", duplicate field "spec.ports[0].name"',
  });
  const yaml = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: mytest\nspec:\n  unknown: 1\n  foo: a\n  foo: b\n`;
  await refused(apply(t, definition, yaml), { code: 400, message: 'line 8: key "foo" already set in map' });
});

conforms('Server side field validation, unknown metadata', async (t) => {
  const definition = await define(t, { versions: [aVersion('v1', embeddingSchema)] });
  const template = {
    apiVersion: 'foo/v1',
    kind: 'Sub-object',
    metadata: { unknownSubMeta: 'unknown', name: 'subobject' },
  };
  const resource = aResource(definition, { template }, { name: 'mytest', unknownMeta: 'unknown' });
  await refused(create(t, definition, resource), {
    code: 400,
    message:
      'strict decoding error: unknown field "metadata.unknownMeta", unknown field "spec.template.metadata.unknownSubMeta"',
  });
  await refused(apply(t, definition, resource), {
    code: 400,
    message: '.metadata.unknownMeta: field not declared in schema',
  });
});
