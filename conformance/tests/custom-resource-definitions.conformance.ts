import type { V1APIGroupList, V1APIResourceList } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { conforms } from '../harness/conforms.ts';
import { aDefinition, anything, aVersion, type Custom, define } from '../harness/definitions.ts';
import { kinds } from '../harness/kinds.ts';

const named = (name: string, rest: Custom = {}) => ({ metadata: { name }, ...rest });

conforms('Custom Resource Definition, create', async (t) => {
  const definitions = t.resource(kinds.customResourceDefinition);
  const body = aDefinition(t);
  const created = await definitions.create(body as never);
  expect(created.spec.names).toMatchObject({ singular: 'e2efoo', listKind: 'E2eFooList' });
  await definitions.delete(created.metadata.name);
  await t.eventually(
    'it is gone',
    async () => (await t.api.send('GET', `${definitions.path}/${created.metadata.name}`)).status === 404,
  );
});

conforms('Custom Resource Definition, list', async (t) => {
  const definitions = t.resource(kinds.customResourceDefinition);
  const labels = { 'e2e-list-test': t.unique('list') };
  const labelSelector = `e2e-list-test=${labels['e2e-list-test']}`;
  const made: string[] = [];
  for (let index = 0; index < 10; index++) {
    const body = aDefinition(t, { id: `list${index}` });
    await definitions.create({ ...body, metadata: { ...body.metadata, labels } } as never);
    made.push(body.metadata.name);
  }
  const { items } = await definitions.list({ labelSelector });
  expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(made.sort());
  await definitions.deleteCollection({ labelSelector });
  await t.eventually('all are gone', async () => (await definitions.list({ labelSelector })).items.length === 0);
});

conforms('Custom Resource Definition, status sub-resource', async (t) => {
  const definitions = t.resource(kinds.customResourceDefinition);
  const { name } = await define(t);
  const path = `${definitions.path}/${name}/status`;
  const status = await definitions.get(name, 'status');
  expect(status.spec).toEqual((await definitions.get(name)).spec);
  const condition = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from an e2e test' };
  const updated = await t.eventually('the status is updated', async () => {
    const current = await definitions.get(name, 'status');
    const conditions = [...(current.status.conditions ?? []), condition];
    return definitions.update({ ...current, status: { ...current.status, conditions } } as never, {
      subresource: 'status',
    });
  });
  expect(updated.status.conditions).toContainEqual(expect.objectContaining(condition));
  const patch = { metadata: { annotations: { patched: 'yes' } }, status: { storedVersions: ['v1'] } };
  const patched = await t.api.ask<Custom>('PATCH', path, {
    body: patch,
    headers: { 'content-type': 'application/merge-patch+json' },
  });
  expect(patched).toMatchObject(patch);
});

conforms('Custom Resource Definition, watch', async (t) => {
  const { version } = await define(t);
  const resource = version('v1');
  const a = await resource.watch({ fieldSelector: 'metadata.name=name1' });
  const b = await resource.watch({ fieldSelector: 'metadata.name=name2' });
  for (const [watch, name] of [
    [a, 'name1'],
    [b, 'name2'],
  ] as const) {
    const { metadata } = await resource.create(named(name, { content: { key: 'value' } }));
    expect((await watch.until('ADDED')).metadata.uid).toBe(metadata.uid);
  }
  for (const [watch, name] of [
    [a, 'name1'],
    [b, 'name2'],
  ] as const) {
    await resource.patch(name, { content: { key: 'changed' } });
    expect(await watch.until('MODIFIED')).toMatchObject({ content: { key: 'changed' } });
  }
  for (const [watch, name] of [
    [a, 'name1'],
    [b, 'name2'],
  ] as const) {
    await resource.delete(name);
    await watch.until('DELETED');
  }
});

conforms('Custom Resource Definition, defaulting', async (t) => {
  const properties = { a: { type: 'string', default: 'A' }, b: { type: 'string' } };
  const definition = await define(t, { versions: [aVersion('v1', { type: 'object', properties })] });
  const definitions = t.resource(kinds.customResourceDefinition);
  const resource = definition.version('v1');
  expect(await resource.create(named('foo'))).toMatchObject({ a: 'A' });
  expect(await resource.get('foo')).toEqual(expect.not.objectContaining({ b: expect.anything() }));
  const path = '/spec/versions/0/schema/openAPIV3Schema/properties';
  const patch = [
    { op: 'add', path: `${path}/b/default`, value: 'B' },
    { op: 'remove', path: `${path}/a/default` },
  ];
  await definitions.patch(definition.name, patch, { type: 'json' });
  // What is stored already gets the new default, and keeps the old one, which was stored with it.
  await t.eventually('the new default is read', async () => (await resource.get('foo')).b === 'B');
  expect(await resource.get('foo')).toMatchObject({ a: 'A', b: 'B' });
  const second = await resource.create(named('bar'));
  expect(second).toMatchObject({ b: 'B' });
  expect(second.a).toBeUndefined();
});

conforms('Custom Resource Definition, discovery', async (t) => {
  const group = 'apiextensions.k8s.io';
  const { groups } = await t.api.ask<V1APIGroupList>('GET', '/apis');
  const found = groups.find(({ name }) => name === group);
  expect(found?.versions).toContainEqual({ groupVersion: `${group}/v1`, version: 'v1' });
  expect(await t.api.ask('GET', `/apis/${group}`)).toMatchObject({ versions: found?.versions });
  const { resources } = await t.api.ask<V1APIResourceList>('GET', `/apis/${group}/v1`);
  expect(resources).toContainEqual(expect.objectContaining({ name: 'customresourcedefinitions', namespaced: false }));
});

conforms('Aggregated Discovery Interface CRDs', async (t) => {
  const { group, plural, kind } = await define(t, {
    versions: [aVersion('v1', anything), aVersion('v2', anything, { storage: false })],
  });
  const versions = await t.eventually('the group is there', async () => (await aggregated(t.api, group))?.versions);
  expect(versions.map(({ version }) => version)).toEqual(['v2', 'v1']);
  for (const { version, resources } of versions) {
    expect(resources).toMatchObject([
      {
        resource: plural,
        responseKind: { group, version, kind },
        scope: 'Namespaced',
        singularResource: kind.toLowerCase(),
      },
    ]);
  }
});

conforms('Aggregated Discovery Endpoint Accept Headers CRDs', async (t) => {
  const { group } = await define(t);
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const { headers, text } = await t.api.send('GET', '/apis', { headers: { accept } });
  expect(headers.get('content-type')).toBe(accept);
  expect(text).toContain(group);
  const plain = await t.api.send('GET', '/apis', { headers: { accept: 'application/json' } });
  expect(plain.headers.get('content-type')).toBe('application/json');
  expect(plain.json<V1APIGroupList>().groups.map(({ name }) => name)).toContain(group);
});

interface AggregatedGroup {
  metadata: { name?: string };
  versions: { version: string; resources: object[] }[];
}

async function aggregated(api: { ask<T>(method: string, path: string, ask: object): Promise<T> }, group: string) {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const { items } = await api.ask<{ items: AggregatedGroup[] }>('GET', '/apis', { headers: { accept } });
  return items.find(({ metadata }) => metadata.name === group);
}
