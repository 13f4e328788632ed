import { expect } from 'vitest';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { aDefinition, anything, aVersion, type Custom, type Definition, define } from '../harness/definitions.ts';
import { kinds } from '../harness/kinds.ts';
import { refused } from '../harness/wait.ts';
import { type Review, startWebhookServer } from '../harness/webhook-server.ts';

const text = { type: 'string' };
const start = { 'mutation-start': 'yes' };

/** Makes a configuration of one webhook or several. */
async function configure(t: Conformance, phase: 'Mutating' | 'Validating', webhooks: object[]): Promise<void> {
  const path = `/apis/admissionregistration.k8s.io/v1/${phase.toLowerCase()}webhookconfigurations`;
  await t.api.ask('POST', path, { body: { metadata: { name: 'hooks' }, webhooks } });
}

const rulesFor = ({ group, plural }: Definition, operations: string[], apiVersions = ['v1']) => ({
  rules: [{ apiGroups: [group], apiVersions, resources: [plural], operations }],
});

const isUnwanted = ({ data }: { data?: Record<string, string> }) => data?.['webhook-e2e-test'] === 'webhook-disallow';
const denied = { allowed: false, message: 'the custom resource contains unwanted data' };
const unwanted = { code: 400, message: 'the custom resource contains unwanted data' };

conforms('Admission webhook, deny custom resource create and delete', async (t) => {
  // Of a deletion the object is the old one.
  const judge = ({ object, oldObject }: Review) => (isUnwanted(object ?? oldObject ?? {}) ? denied : { allowed: true });
  const { own, hook } = await startWebhookServer(t, { judge });
  const definition = await define(own);
  const resources = definition.version('v1');
  const bad = { 'webhook-e2e-test': 'webhook-disallow' };
  await resources.create({ metadata: { name: 'older' }, data: bad } as Custom);
  await configure(own, 'Validating', [hook('judge', rulesFor(definition, ['CREATE', 'UPDATE', 'DELETE']))]);

  await refused(resources.create({ metadata: { name: 'new' }, data: bad } as Custom), unwanted);
  await refused(resources.patch('older', { data: { more: 'yes' } }), unwanted);
  await refused(resources.delete('older'), unwanted);
  await resources.patch('older', { data: { 'webhook-e2e-test': null } });
  await resources.delete('older');
});

conforms('Admission webhook, deny custom resource definition', async (t) => {
  const judge = ({ object }: Review) =>
    object?.metadata.labels?.['webhook-e2e-test'] === 'webhook-disallow'
      ? { allowed: false, message: 'the crd contains unwanted label' }
      : { allowed: true };
  const { own, hook } = await startWebhookServer(t, { judge });
  const rules = [
    {
      apiGroups: ['apiextensions.k8s.io'],
      apiVersions: ['*'],
      resources: ['customresourcedefinitions'],
      operations: ['CREATE'],
    },
  ];
  await configure(own, 'Validating', [hook('judge', { rules })]);
  const body = aDefinition(own);
  const labels = { 'webhook-e2e-test': 'webhook-disallow' };
  const create = own
    .resource(kinds.customResourceDefinition)
    .create({ ...body, metadata: { ...body.metadata, labels } } as never);
  await refused(create, { code: 400, message: 'the crd contains unwanted label' });
});

/** Two webhooks, of which the second needs what the first has done. */
const stages = {
  first: ({ object }: Review) => stage(object?.data?.['mutation-start'], 'mutation-stage-1'),
  second: ({ object }: Review) => stage(object?.data?.['mutation-stage-1'], 'mutation-stage-2'),
};

function stage(before: string | undefined, field: string) {
  return before === 'yes' ? { patch: [{ op: 'add', path: `/data/${field}`, value: 'yes' }] } : { allowed: true };
}

conforms('Admission webhook, mutate custom resource', async (t) => {
  const { own, hook } = await startWebhookServer(t, stages);
  const definition = await define(own);
  const rules = rulesFor(definition, ['CREATE', 'UPDATE']);
  await configure(own, 'Mutating', [hook('first', rules), hook('second', rules)]);
  const made = await definition.version('v1').create({ metadata: { name: 'one' }, data: start } as Custom);
  expect(made.data).toEqual({ ...start, 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes' });
});

conforms('Admission webhook, mutate custom resource with pruning', async (t) => {
  const { own, hook } = await startWebhookServer(t, stages);
  const data = { type: 'object', properties: { 'mutation-start': text, 'mutation-stage-1': text } };
  const definition = await define(own, { versions: [aVersion('v1', { type: 'object', properties: { data } })] });
  const rules = rulesFor(definition, ['CREATE', 'UPDATE']);
  await configure(own, 'Mutating', [hook('first', rules), hook('second', rules)]);
  const made = await definition.version('v1').create({ metadata: { name: 'one' }, data: start } as Custom);
  expect(made.data).toEqual({ ...start, 'mutation-stage-1': 'yes' });
});

conforms('Admission webhook, mutate custom resource with different stored version', async (t) => {
  const { own, hook } = await startWebhookServer(t, stages);
  const versions = (stored: string) =>
    ['v1', 'v2'].map((name) => aVersion(name, anything, { storage: name === stored }));
  const definition = await define(own, { versions: versions('v1') });
  const rules = rulesFor(definition, ['CREATE', 'UPDATE']);
  await configure(own, 'Mutating', [hook('first', rules), hook('second', rules)]);
  await definition.version('v1').create({ metadata: { name: 'one' }, data: start } as Custom);
  const definitions = own.resource(kinds.customResourceDefinition);
  await definitions.patch(definition.name, { spec: { versions: versions('v2') } }, { type: 'strategic' });
  const patch = [{ op: 'add', path: '/dummy', value: 'test' }];
  const patched = await definition.version('v2').patch('one', patch, { type: 'json' });
  expect(patched).toMatchObject({
    dummy: 'test',
    data: { ...start, 'mutation-stage-1': 'yes', 'mutation-stage-2': 'yes' },
  });
});

/** `hostPort` of one version is `host` and `port` of the other. */
function convert({ hostPort, host, port, ...rest }: Custom): Custom {
  if (hostPort === undefined) return { ...rest, hostPort: `${host}:${port}` };
  const [first, second] = String(hostPort).split(':');
  return { ...rest, host: first, port: second };
}

const withFields = (name: string, fields: readonly string[], storage: boolean) => {
  const properties = Object.fromEntries(fields.map((field) => [field, text]));
  return aVersion(name, { type: 'object', properties }, { storage });
};
const convertible = (stored: string) => [
  withFields('v1', ['hostPort'], stored === 'v1'),
  withFields('v2', ['host', 'port'], stored === 'v2'),
];
const inV1 = { hostPort: 'localhost:8080' };
const inV2 = { host: 'localhost', port: '8080' };

async function defineConvertible(t: Conformance): Promise<{ own: Conformance; definition: Definition }> {
  const { own, clientConfig } = await startWebhookServer(t, {}, convert);
  const webhook = { clientConfig: clientConfig('convert'), conversionReviewVersions: ['v1', 'v1beta1'] };
  const conversion = { strategy: 'Webhook', webhook };
  return { own, definition: await define(own, { versions: convertible('v1'), conversion }) };
}

conforms('Custom Resource Definition Conversion Webhook, conversion custom resource', async (t) => {
  const { definition } = await defineConvertible(t);
  await definition.version('v1').create({ metadata: { name: 'one' }, ...inV1 });
  const read = await definition.version('v2').get('one');
  expect(read).toMatchObject({ apiVersion: `${definition.group}/v2`, ...inV2 });
  expect(read).not.toHaveProperty('hostPort');
});

conforms('Custom Resource Definition Conversion Webhook, convert mixed version list', async (t) => {
  const { own, definition } = await defineConvertible(t);
  const [v1, v2] = [definition.version('v1'), definition.version('v2')];
  await v1.create({ metadata: { name: 'one' }, ...inV1 });
  const definitions = own.resource(kinds.customResourceDefinition);
  await definitions.patch(definition.name, { spec: { versions: convertible('v2') } });
  await v1.create({ metadata: { name: 'two' }, ...inV1 });
  expect((await v1.list()).items).toMatchObject([inV1, inV1]);
  expect((await v2.list()).items).toMatchObject([inV2, inV2]);
});
