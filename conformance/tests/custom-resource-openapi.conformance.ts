import { expect } from 'vitest';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { anything, aVersion, type Definition, define } from '../harness/definitions.ts';
import { kinds } from '../harness/kinds.ts';
import { type CommandLine, commandLine } from '../harness/kubectl.ts';

const foo = {
  description: 'Foo CRD for Testing',
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      description: 'Specification of Foo',
      properties: {
        bars: {
          description: 'List of Bars and their specs.',
          type: 'array',
          items: {
            type: 'object',
            required: ['name'],
            properties: {
              name: { type: 'string', description: 'Name of Bar.' },
              age: { type: 'string', description: 'Age of Bar.' },
              feeling: { type: 'string', description: 'Whether Bar is feeling great.', enum: ['Great', 'Down'] },
              bazs: { description: 'List of Bazs.', type: 'array', items: { type: 'string' } },
            },
          },
        },
      },
    },
    status: { type: 'object', description: 'Status of Foo' },
  },
};
const nested = { type: 'object', properties: { spec: anything, status: anything } };

interface Swagger {
  definitions: Record<string, { description?: string; properties?: object } | undefined>;
  paths: Record<string, unknown>;
}

const modelOf = ({ group, kind }: Definition, version: string) =>
  [...group.split('.').reverse(), version, kind].join('.');
const swagger = (t: Conformance) => t.api.ask<Swagger>('GET', '/openapi/v2');
const published = (t: Conformance, definition: Definition, version: string) =>
  t.eventually(`${version} is published`, async () => (await swagger(t)).definitions[modelOf(definition, version)]);

/** Manifests of a custom resource, as kubectl checks and sends them. */
function manifests(kubectl: CommandLine, { group, kind }: Definition) {
  const manifest = (name: string, rest: object) =>
    JSON.stringify({ apiVersion: `${group}/v1`, kind, metadata: { name }, ...rest });
  return {
    async accepts(rest: object) {
      await kubectl.run(['create', '-f', '-'], manifest('test-cr', rest));
      await kubectl.run(['delete', `${kind}.${group}`, 'test-cr']);
      await kubectl.run(['apply', '-f', '-'], manifest('test-cr', rest));
      await kubectl.run(['delete', `${kind}.${group}`, 'test-cr']);
    },
    async refuses(rest: object, why: RegExp) {
      for (const verb of ['create', 'apply']) {
        const { code, stderr } = await kubectl.attempt([verb, '-f', '-'], manifest('test-cr', rest));
        expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(why) });
      }
    },
  };
}

conforms('Custom Resource OpenAPI Publish, with validation schema', async (t) => {
  const definition = await define(t, { versions: [aVersion('v1', foo)] });
  expect(await published(t, definition, 'v1')).toMatchObject(foo);
  const kubectl = commandLine(t);
  const { accepts, refuses } = manifests(kubectl, definition);
  await accepts({ spec: { bars: [{ name: 'test-bar' }] } });
  await refuses({ foo: true }, /unknown field "foo"/);
  await refuses({ spec: { foo: true } }, /unknown field "spec\.foo"/);
  await refuses({ spec: { bars: [{ age: '10' }] } }, /spec\.bars\[0\]\.name: Required value/);
  await refuses(
    { spec: { bars: [{ name: 'test-bar', feeling: 'NonExistentValue' }] } },
    /Unsupported value: "NonExistentValue"/,
  );

  const plural = `${definition.plural}.${definition.group}`;
  const explain = (path: string) => kubectl.run(['explain', path]);
  expect(await explain(plural)).toMatch(
    /DESCRIPTION:\s+Foo CRD for Testing.*FIELDS:.*apiVersion.*<string>.*spec.*<Object>/s,
  );
  expect(await explain(`${plural}.metadata`)).toMatch(/DESCRIPTION:.*metadata.*FIELDS:.*creationTimestamp.*<string>/s);
  expect(await explain(`${plural}.spec`)).toMatch(
    /DESCRIPTION:.*Specification of Foo.*FIELDS:.*bars.*<\[\]Object>.*List of Bars and their specs/s,
  );
  expect(await explain(`${plural}.spec.bars`)).toMatch(
    /List of Bars and their specs.*FIELDS:.*bazs.*<\[\]string>.*List of Bazs.*name.*<string>.*Name of Bar/s,
  );
  expect(await kubectl.run(['explain', plural, '--recursive'])).toMatch(
    /bars\s+<\[\]Object>.*name\s+<string> -required-/s,
  );
  expect((await kubectl.attempt(['explain', `${plural}.spec.bars2`])).stderr).toMatch(/field "bars2" does not exist/);
});

conforms('Custom Resource OpenAPI Publish, with x-kubernetes-preserve-unknown-fields in object', async (t) => {
  const definition = await define(t, { versions: [aVersion('v1', anything)] });
  await published(t, definition, 'v1');
  const kubectl = commandLine(t);
  await manifests(kubectl, definition).accepts({ a: { b: [{ c: 'd' }] } });
  const explained = await kubectl.run(['explain', `${definition.plural}.${definition.group}`]);
  expect(explained).toMatch(/GROUP:.*KIND:.*VERSION:\s+v1/s);
});

conforms('Custom Resource OpenAPI Publish, with x-kubernetes-preserve-unknown-fields at root', async (t) => {
  const description = 'preserve-unknown-properties at root for Testing';
  const schema = { ...anything, description, properties: { spec: { type: 'object', description: 'Specification' } } };
  const definition = await define(t, { versions: [aVersion('v1', schema)] });
  // Properties would mean to kubectl that there are no others.
  expect((await published(t, definition, 'v1')).properties).toBeUndefined();
  const kubectl = commandLine(t);
  await manifests(kubectl, definition).accepts({ a: { b: [{ c: 'd' }] } });
  expect(await kubectl.run(['explain', `${definition.plural}.${definition.group}`])).toContain(description);
});

conforms('Custom Resource OpenAPI Publish, with x-kubernetes-preserve-unknown-fields in embedded object', async (t) => {
  const description = 'preserve-unknown-properties in nested field for Testing';
  const definition = await define(t, { versions: [aVersion('v1', { ...nested, description })] });
  expect(await published(t, definition, 'v1')).toMatchObject({ description });
  const kubectl = commandLine(t);
  await manifests(kubectl, definition).accepts({ spec: { b: [{ c: 'd' }] } });
  expect(await kubectl.run(['explain', `${definition.plural}.${definition.group}`])).toContain(description);
});

conforms('Custom Resource OpenAPI Publish, varying groups', async (t) => {
  const first = await define(t, { id: 'one', versions: [aVersion('v1', foo)] });
  const second = await define(t, { id: 'two', versions: [aVersion('v1', nested)] });
  expect(first.group).not.toBe(second.group);
  expect(await published(t, first, 'v1')).toMatchObject(foo);
  await published(t, second, 'v1');
});

conforms('Custom Resource OpenAPI Publish, varying versions', async (t) => {
  const group = `${t.unique('versions')}.example.com`;
  const first = await define(t, {
    id: 'one',
    group,
    versions: [aVersion('v1', foo), aVersion('v2', foo, { storage: false })],
  });
  const second = await define(t, { id: 'two', group, versions: [aVersion('v4', nested)] });
  for (const version of ['v1', 'v2']) expect(await published(t, first, version)).toMatchObject(foo);
  await published(t, second, 'v4');
});

conforms('Custom Resource OpenAPI Publish, varying kinds', async (t) => {
  const group = `${t.unique('kinds')}.example.com`;
  const first = await define(t, { id: 'one', group, versions: [aVersion('v1', foo)] });
  const second = await define(t, { id: 'two', group, versions: [aVersion('v1', nested)] });
  expect(await published(t, first, 'v1')).toMatchObject(foo);
  await published(t, second, 'v1');
});

const isGone = (t: Conformance, definition: Definition, version: string) =>
  t.eventually(`${version} is gone`, async () => !(await swagger(t)).definitions[modelOf(definition, version)]);

conforms('Custom Resource OpenAPI Publish, version rename', async (t) => {
  const definition = await define(t, { versions: [aVersion('v2', foo), aVersion('v3', foo, { storage: false })] });
  await published(t, definition, 'v3');
  const patch = [
    { op: 'test', path: '/spec/versions/1/name', value: 'v3' },
    { op: 'replace', path: '/spec/versions/1/name', value: 'v4' },
  ];
  await t.resource(kinds.customResourceDefinition).patch(definition.name, patch, { type: 'json' });
  expect(await published(t, definition, 'v4')).toMatchObject(foo);
  await isGone(t, definition, 'v3');
  expect(await published(t, definition, 'v2')).toMatchObject(foo);
});

conforms('Custom Resource OpenAPI Publish, stop serving version', async (t) => {
  const definition = await define(t, {
    versions: [aVersion('v5', foo), aVersion('v6alpha1', foo, { storage: false })],
  });
  await published(t, definition, 'v6alpha1');
  const patch = [{ op: 'replace', path: '/spec/versions/1/served', value: false }];
  await t.resource(kinds.customResourceDefinition).patch(definition.name, patch, { type: 'json' });
  await isGone(t, definition, 'v6alpha1');
  expect(await published(t, definition, 'v5')).toMatchObject(foo);
});
