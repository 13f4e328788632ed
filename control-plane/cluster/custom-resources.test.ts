import { beforeEach, describe, expect, it } from 'vitest';
import { builtInKinds } from '../../shared/kinds/index.generated.ts';
import { KindRegistry } from '../../shared/kinds/registry.ts';
import { followDefinitions } from './follow-definitions.ts';
import { aDefinition, CustomCluster, cronTab, cronTabsPath, definitionsPath } from './testing/custom-resources.ts';

let cluster: CustomCluster;
beforeEach(async () => {
  cluster = await CustomCluster.create();
});

const definition = () => cluster.call('GET', `${definitionsPath}/crontabs.stable.example.com`);
const conditions = async () =>
  Object.fromEntries(
    ((await definition()).json.status.conditions ?? []).map((one: { type: string; status: string; reason: string }) => [
      one.type,
      `${one.status} ${one.reason}`,
    ]),
  );

describe('a definition', () => {
  it('is established, and its kind is served', async () => {
    expect((await cluster.call('POST', cronTabsPath, cronTab())).status).toBe(404);
    const created = await cluster.define();
    expect(created).toMatchObject({
      status: 201,
      json: {
        metadata: { generation: 1 },
        spec: { conversion: { strategy: 'None' }, names: { singular: 'crontab', listKind: 'CronTabList' } },
        status: { storedVersions: ['v1'] },
      },
    });
    expect(await conditions()).toEqual({ NamesAccepted: 'True NoConflicts', Established: 'True InitialNamesAccepted' });
    expect((await definition()).json.status.acceptedNames).toEqual({
      plural: 'crontabs',
      singular: 'crontab',
      kind: 'CronTab',
      listKind: 'CronTabList',
    });
    const object = await cluster.call('POST', cronTabsPath, cronTab());
    expect(object).toMatchObject({
      status: 201,
      json: { kind: 'CronTab', metadata: { generation: 1, namespace: 'default' }, spec: { replicas: 1 } },
    });
    const list = await cluster.call('GET', cronTabsPath);
    expect(list.json).toMatchObject({ kind: 'CronTabList', apiVersion: 'stable.example.com/v1' });
    expect(list.json.items).toEqual([object.json]);
    expect(cluster.fixture.errors).toEqual([]);
  });

  it('is in discovery', async () => {
    const names = { shortNames: ['ct'], categories: ['all'] };
    await cluster.define({ subresources: { status: {} } }, { names });
    const resources = (await cluster.call('GET', '/apis/stable.example.com/v1')).json.resources;
    expect(resources).toMatchObject([
      { name: 'crontabs', singularName: 'crontab', kind: 'CronTab', shortNames: ['ct'], categories: ['all'] },
      { name: 'crontabs/status', kind: 'CronTab', verbs: ['get', 'patch', 'update'] },
    ]);
    expect((await cluster.call('GET', '/apis/stable.example.com')).json.preferredVersion.version).toBe('v1');
  });

  it('is refused with all that is wrong with it', async () => {
    const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'objekt' } } } };
    const body = aDefinition({ schema, name: 'V1', storage: false }, { group: 'nodots', scope: 'Everywhere' });
    const { status, json } = await cluster.call('POST', definitionsPath, body);
    expect(status).toBe(422);
    expect(json.details.causes.map(({ field, message }: Record<string, string>) => `${field}: ${message}`)).toEqual([
      'metadata.name: Invalid value: "crontabs.stable.example.com": must be spec.names.plural+"."+spec.group',
      'spec.group: Invalid value: "nodots": should be a domain with at least one dot',
      'spec.scope: Unsupported value: "Everywhere": supported values: "Cluster", "Namespaced"',
      expect.stringMatching(/^spec\.versions\[0\]\.name: Invalid value: "V1": a DNS-1035 label must consist/),
      expect.stringMatching(/^spec\.versions: Invalid value: \[.*must have exactly one version marked as storage/),
      'spec.validation.openAPIV3Schema.properties[spec].type: Unsupported value: "objekt": supported values: "array", "boolean", "integer", "number", "object", "string"',
      'status.storedVersions: Invalid value: []: must have at least one stored version',
    ]);
  });

  it('waits for names that another one has', async () => {
    await cluster.define();
    await cluster.define({}, { names: { plural: 'crons', kind: 'CronTab', shortNames: ['crontabs'] } });
    const other = () => cluster.call('GET', `${definitionsPath}/crons.stable.example.com`);
    expect((await other()).json.status.conditions).toMatchObject([
      {
        type: 'NamesAccepted',
        status: 'False',
        reason: 'ListKindConflict',
        message: '"CronTabList" is already in use',
      },
      { type: 'Established', status: 'False', reason: 'NotAccepted' },
    ]);
    expect((await cluster.call('GET', cronTabsPath.replace('crontabs', 'crons'))).status).toBe(404);
    await cluster.call('DELETE', `${definitionsPath}/crontabs.stable.example.com`);
    expect((await other()).json.status.conditions).toMatchObject([{ status: 'True' }, { status: 'True' }]);
    expect((await cluster.call('GET', cronTabsPath.replace('crontabs', 'crons'))).status).toBe(200);
  });

  it('takes its objects with it, and no new ones meanwhile', async () => {
    await cluster.define();
    await cluster.call('POST', cronTabsPath, cronTab());
    await cluster.call('POST', cronTabsPath, cronTab(undefined, { name: 'held', finalizers: ['example.com/hold'] }));
    const deleted = await cluster.call('DELETE', `${definitionsPath}/crontabs.stable.example.com`);
    expect(deleted.json.metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io']);
    expect(cluster.fixture.errors).toEqual([]);
    expect(await conditions()).toMatchObject({ Terminating: 'True InstanceDeletionInProgress' });
    const refused = await cluster.call('POST', cronTabsPath, cronTab(undefined, { name: 'late' }));
    expect(refused.json).toMatchObject({
      code: 403,
      message:
        'crontabs.stable.example.com "late" is forbidden: create not allowed while custom resource definition is terminating',
    });
    const left = (await cluster.call('GET', cronTabsPath)).json.items;
    expect(left).toHaveLength(1);
    await cluster.merge(`${cronTabsPath}/held`, { metadata: { finalizers: null } });
    expect((await definition()).status).toBe(404);
    expect((await cluster.call('GET', cronTabsPath)).status).toBe(404);
    expect(cluster.fixture.errors).toEqual([]);
  });
});

describe('custom resources', () => {
  beforeEach(async () => {
    const subresources = {
      status: {},
      scale: {
        specReplicasPath: '.spec.replicas',
        statusReplicasPath: '.status.replicas',
        labelSelectorPath: '.status.selector',
      },
    };
    const additionalPrinterColumns = [
      { name: 'Image', type: 'string', jsonPath: '.spec.image' },
      { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas', priority: 1, description: 'How many' },
      { name: 'Port', type: 'integer', jsonPath: '.spec.ports[?(@.name=="http")].port' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ];
    await cluster.define({ subresources, additionalPrinterColumns, selectableFields: [{ jsonPath: '.spec.image' }] });
    const ports = [{ name: 'http', port: 80 }];
    await cluster.call('POST', cronTabsPath, { ...cronTab({ image: 'busybox', ports }), status: { note: 'mine' } });
  });
  const path = `${cronTabsPath}/c`;

  it('have a status of their own', async () => {
    const { json } = await cluster.call('GET', path);
    expect(json.status).toBeUndefined();
    const status = { replicas: 2, selector: 'a=b' };
    const wanted = { ...json, metadata: { ...json.metadata, labels: { a: 'b' } }, spec: { image: 'other' }, status };
    const updated = await cluster.call('PUT', `${path}/status`, wanted);
    expect(updated.json).toMatchObject({ spec: json.spec, status, metadata: { generation: 1 } });
    expect(updated.json.metadata.labels).toBeUndefined();
    const spec = await cluster.merge(path, { spec: { image: 'new' }, status: { note: 'no' } });
    expect(spec.json).toMatchObject({ status, metadata: { generation: 2 } });
  });

  it('are scaled', async () => {
    await cluster.merge(`${path}/status`, { status: { replicas: 2, selector: 'a=b' } });
    expect((await cluster.call('GET', `${path}/scale`)).json).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 1 },
      status: { replicas: 2, selector: 'a=b' },
    });
    expect((await cluster.merge(`${path}/scale`, { spec: { replicas: 5 } })).json.spec.replicas).toBe(5);
    expect((await cluster.call('GET', path)).json).toMatchObject({
      spec: { replicas: 5 },
      metadata: { generation: 2 },
    });
  });

  it('are shown as tables and selected by fields', async () => {
    const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
    cluster.fixture.nowMs += 90_000;
    const { json } = await cluster.call('GET', cronTabsPath, undefined, { accept });
    expect(
      json.columnDefinitions.map(({ name, type, priority }: Record<string, unknown>) => [name, type, priority]),
    ).toEqual([
      ['Name', 'string', 0],
      ['Image', 'string', 0],
      ['Replicas', 'integer', 1],
      ['Port', 'integer', 0],
      ['Age', 'date', 0],
    ]);
    expect(json.rows[0].cells).toEqual(['c', 'busybox', 1, 80, '90s']);
    const selected = (query: string) => cluster.call('GET', `${cronTabsPath}?fieldSelector=${query}`);
    expect((await selected('spec.image%3Dbusybox')).json.items).toHaveLength(1);
    expect((await selected('spec.image%3Dother')).json.items).toHaveLength(0);
    expect((await selected('spec.replicas%3D1')).status).toBe(400);
  });

  it('are validated, and unknown fields told', async () => {
    const { json } = await cluster.call('POST', cronTabsPath, cronTab({ replicas: -1 }, { name: 'd' }));
    expect(json.message).toBe(
      'CronTab.stable.example.com "d" is invalid: [spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0, spec.image: Required value, .spec.replicas: Invalid value: -1: should be a non-negative integer]',
    );
    const unknown = cronTab({ image: 'a', nope: 1 }, { name: 'e', alien: 1 });
    const strict = await cluster.call('POST', `${cronTabsPath}?fieldValidation=Strict`, unknown);
    expect(strict.json.message).toBe(
      'CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: unknown field "metadata.alien", unknown field "spec.nope"',
    );
    const warned = await cluster.call('POST', cronTabsPath, unknown);
    expect(warned.status).toBe(201);
    expect(warned.headers.get('warning')).toBe(
      '299 - "unknown field \\"metadata.alien\\"", 299 - "unknown field \\"spec.nope\\""',
    );
    expect(warned.json.spec).toEqual({ image: 'a', replicas: 1 });
  });

  it('are patched in every way but strategically', async () => {
    const strategic = await cluster.call(
      'PATCH',
      path,
      {},
      { 'content-type': 'application/strategic-merge-patch+json' },
    );
    expect(strategic.json).toMatchObject({
      code: 415,
      message:
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    });
    const applied = await cluster.apply(
      path,
      cronTab({ image: 'busybox', ports: [{ name: 'tls', port: 443 }] }),
      'fieldManager=a&force=true',
    );
    expect(applied.json.spec.ports).toEqual([
      { name: 'http', port: 80 },
      { name: 'tls', port: 443 },
    ]);
    const given = await cluster.apply(path, cronTab({ image: 'busybox' }), 'fieldManager=a');
    expect(given.json.spec.ports).toEqual([{ name: 'http', port: 80 }]);
    const unconditional = await cluster.call('PUT', path, cronTab());
    expect(unconditional.json).toMatchObject({ code: 422, reason: 'Invalid' });
  });

  it('follow their schema when it changes, as they are read', async () => {
    const { json } = await definition();
    const { spec } = json.spec.versions[0].schema.openAPIV3Schema.properties;
    spec.properties.colour = { type: 'string', default: 'red' };
    delete spec.properties.ports;
    await cluster.call('PUT', `${definitionsPath}/crontabs.stable.example.com`, json);
    expect((await cluster.call('GET', path)).json.spec).toEqual({ image: 'busybox', replicas: 1, colour: 'red' });
    expect((await cluster.call('GET', cronTabsPath)).json.items[0].spec.colour).toBe('red');
  });
});

it('rules in CEL are judged with the definition, and judge its resources', async () => {
  const rules = (rule: string) => ({
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: { image: { type: 'string' } },
          'x-kubernetes-validations': [{ rule, message: 'image may not change' }],
        },
      },
    },
  });
  const refused = await cluster.define({ schema: rules('self.nope == 1') });
  expect(refused.json.message).toMatch(/spec\.validation\.openAPIV3Schema.*undefined field 'nope'/s);
  await cluster.define({ schema: rules('self.image == oldSelf.image') });
  await cluster.call('POST', cronTabsPath, cronTab());
  const changed = await cluster.merge(`${cronTabsPath}/c`, { spec: { image: 'other' } });
  expect(changed.json.message).toBe(
    'CronTab.stable.example.com "c" is invalid: spec: Invalid value: image may not change',
  );
});

it.each([
  ['items', { type: 'array', items: [null] }],
  ['dependencies', { type: 'object', dependencies: { a: null } }],
])('a schema may hold null among its %s, and is refused for what it is then', async (_field, spec) => {
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
  expect(await cluster.define({ schema })).toMatchObject({ status: 422, json: { reason: 'Invalid' } });
});

it('a rule that came later does not make read-only what it finds, but warns', async () => {
  const schema = (...rules: object[]) => ({
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: { replicas: { type: 'integer', 'x-kubernetes-validations': rules }, image: { type: 'string' } },
        },
      },
    },
  });
  await cluster.define({ schema: schema() });
  await cluster.call('POST', cronTabsPath, cronTab({ replicas: 0, image: 'a' }));
  const { json } = await definition();
  json.spec.versions[0].schema = schema({ rule: 'self > 0', message: 'nothing runs' });
  await cluster.call('PUT', `${definitionsPath}/crontabs.stable.example.com`, json);
  const changed = await cluster.merge(`${cronTabsPath}/c`, { spec: { image: 'b' } });
  expect([changed.status, changed.headers.get('warning')]).toEqual([
    200,
    '299 - "spec.replicas: Invalid value: 0: nothing runs"',
  ]);
  expect((await cluster.merge(`${cronTabsPath}/c`, { spec: { replicas: -1 } })).status).toBe(422);
});

it('several versions are one object, each with its own schema', async () => {
  const schema = (properties: object) => ({ openAPIV3Schema: { type: 'object', properties } });
  const text = { type: 'string' };
  const versions = [
    { name: 'v1', served: true, storage: true, schema: schema({ a: text, b: text }) },
    {
      name: 'v2',
      served: true,
      storage: false,
      deprecated: true,
      schema: schema({ a: text, c: { ...text, default: 'C' } }),
    },
  ];
  await cluster.define({}, { versions });
  const v2 = cronTabsPath.replace('/v1/', '/v2/');
  const body = { kind: 'CronTab', metadata: { name: 'c' }, a: 'A', b: 'B' };
  await cluster.call('POST', cronTabsPath, { ...body, apiVersion: 'stable.example.com/v1' });
  const read = await cluster.call('GET', `${v2}/c`);
  expect(read.json).toMatchObject({ apiVersion: 'stable.example.com/v2', a: 'A' });
  expect(read.json.b).toBeUndefined();
  expect(read.headers.get('warning')).toBe('299 - "stable.example.com/v2 CronTab is deprecated"');
  const updated = await cluster.merge(`${v2}/c`, { a: 'AA' });
  expect(updated.json).toMatchObject({ apiVersion: 'stable.example.com/v2', a: 'AA', c: 'C' });
  expect((await cluster.call('GET', `${cronTabsPath}/c`)).json).toMatchObject({ a: 'AA' });

  const current = (await definition()).json;
  current.spec.versions[0].storage = false;
  current.spec.versions[1].storage = true;
  const moved = await cluster.call('PUT', `${definitionsPath}/crontabs.stable.example.com`, current);
  expect(moved.json.status.storedVersions).toEqual(['v1', 'v2']);
  const before = (await cluster.call('GET', `${v2}/c`)).json.metadata.resourceVersion;
  // A write that changes nothing moves an object to the version that is stored now.
  const rewritten = await cluster.merge(`${v2}/c`, {});
  expect(rewritten.json.metadata.resourceVersion).not.toBe(before);
  const gone = (await definition()).json;
  gone.spec.versions.shift();
  const kept = await cluster.call('PUT', `${definitionsPath}/crontabs.stable.example.com`, gone);
  expect(kept.json.message).toContain('status.storedVersions[0]: Invalid value: "v1": missing from spec.versions');
});

it('components that run elsewhere follow the definitions', async () => {
  const kinds = new KindRegistry(builtInKinds);
  const follow = followDefinitions(cluster.fixture.client, kinds);
  const found = () => kinds.byResource('crontabs.stable.example.com');
  await follow();
  expect(found()).toBeUndefined();
  await cluster.define();
  await follow();
  expect(found()).toMatchObject({ kind: 'CronTab', scope: 'Namespaced' });
  await cluster.call('DELETE', `${definitionsPath}/crontabs.stable.example.com`);
  await follow();
  expect(found()).toBeUndefined();
});
