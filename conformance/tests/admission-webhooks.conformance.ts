import type { KubernetesObject, V1MutatingWebhookConfiguration } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { type Cluster, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod } from '../harness/pods.ts';
import type { Kind } from '../harness/resource.ts';
import { refused } from '../harness/wait.ts';
import { startWebhookServer } from '../harness/webhook-server.ts';

type Configuration = KubernetesObject & Pick<V1MutatingWebhookConfiguration, 'webhooks'>;

const kindOf = (phase: 'Mutating' | 'Validating'): Kind<Configuration> => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: `${phase}WebhookConfiguration`,
  plural: `${phase.toLowerCase()}webhookconfigurations`,
  namespaced: false,
});
const configurations = (cluster: Cluster, phase: 'Mutating' | 'Validating') => cluster.resource(kindOf(phase), '');
const configuration = (name: string, webhooks: object[], labels: Record<string, string> = {}) =>
  ({ metadata: { name, labels }, webhooks }) as Configuration;
const aConfigMap = (name: string, data: Record<string, string> = {}) => ({ metadata: { name }, data });
const mark = (key: string) => ({ patch: [{ op: 'add', path: `/data/${key}`, value: 'yes' }] });
const offensive = (review: { object: { data?: Record<string, string> } | null }) =>
  review.object?.data?.offensive ? { allowed: false, message: 'the object is offensive' } : { allowed: true };

conforms('Admission webhook, discovery document', async (t) => {
  const { resources } = await t.api.ask<{ resources: { name: string; kind: string }[] }>(
    'GET',
    '/apis/admissionregistration.k8s.io/v1',
  );
  const named = resources.map(({ name }) => name);
  expect(named).toContain('mutatingwebhookconfigurations');
  expect(named).toContain('validatingwebhookconfigurations');
});

conforms('Admission webhook, deny create', async (t) => {
  const { cluster, hook } = await startWebhookServer(t, { offensive });
  await configurations(cluster, 'Validating').create(configuration('deny', [hook('offensive')]));
  const maps = cluster.resource(kinds.configMap);
  const message = 'admission webhook "offensive.example.com" denied the request: the object is offensive';
  await refused(maps.create(aConfigMap('bad', { offensive: 'yes' })), { code: 400, message });
  await maps.create(aConfigMap('good', { fine: 'yes' }));
});

conforms('Admission webhook, fail closed', async (t) => {
  const { cluster, hook } = await startWebhookServer(t, {});
  const caBundle = Buffer.from('no certificate at all').toString('base64');
  const clientConfig = { service: { namespace: 'default', name: 'hooks', path: '/closed' }, caBundle };
  await configurations(cluster, 'Validating').create(configuration('closed', [hook('closed', { clientConfig })]));
  const created = cluster.resource(kinds.configMap).create(aConfigMap('any'));
  await refused(created, {
    code: 500,
    reason: 'InternalError',
    message: 'failed calling webhook "closed.example.com"',
  });
});

conforms('Admission webhook, ordered mutation', async (t) => {
  const second = ({ object }: { object: { data?: Record<string, string> } | null }) =>
    object?.data?.first ? mark('second') : { allowed: true };
  const { cluster, hook } = await startWebhookServer(t, { first: () => mark('first'), second });
  await configurations(cluster, 'Mutating').create(configuration('ordered', [hook('first'), hook('second')]));
  const { data } = await cluster.resource(kinds.configMap).create(aConfigMap('marked', { start: 'yes' }));
  expect(data).toEqual({ start: 'yes', first: 'yes', second: 'yes' });
});

conforms('Admission webhook, mutation with defaulting', async (t) => {
  const added = { name: 'added', image: 'added:1' };
  const patch = { patch: [{ op: 'add', path: '/spec/initContainers', value: [added] }] };
  const { cluster, hook } = await startWebhookServer(t, { pods: () => patch });
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }];
  await configurations(cluster, 'Mutating').create(configuration('pods', [hook('pods', { rules })]));
  const { spec } = await cluster.resource(kinds.pod).create(aPod('mutated'));
  expect(spec?.initContainers).toMatchObject([{ ...added, terminationMessagePolicy: 'File' }]);
});

conforms('Admission webhook, honor timeout', async (t) => {
  const slow = () =>
    new Promise<{ allowed: boolean }>((resolve) => setTimeout(resolve, 3000, { allowed: true }).unref());
  const { cluster, hook } = await startWebhookServer(t, { slow });
  const hooks = configurations(cluster, 'Validating');
  const maps = cluster.resource(kinds.configMap);
  await hooks.create(configuration('closed', [hook('slow', { timeoutSeconds: 1 })]));
  await refused(maps.create(aConfigMap('refused')), { code: 500, message: 'context deadline exceeded' });
  await hooks.delete('closed');
  await hooks.create(configuration('open', [hook('slow', { timeoutSeconds: 1, failurePolicy: 'Ignore' })]));
  await maps.create(aConfigMap('passed'));
  await hooks.delete('open');
  await hooks.create(configuration('patient', [hook('slow', { timeoutSeconds: 5 })]));
  await maps.create(aConfigMap('waited'));
});

conforms('Admission webhook, admission control not allowed on webhook configuration objects', async (t) => {
  const no = () => ({ allowed: false, message: 'nobody gets past' });
  const { cluster, hook } = await startWebhookServer(t, { no, mark: () => mark('mutated') });
  const rules = [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], operations: ['*'] }];
  const ofConfigurations = [{ ...rules[0], apiGroups: ['admissionregistration.k8s.io'] }];
  await configurations(cluster, 'Validating').create(configuration('no', [hook('no', { rules: ofConfigurations })]));
  await configurations(cluster, 'Mutating').create(configuration('mark', [hook('mark', { rules: ofConfigurations })]));
  for (const phase of ['Mutating', 'Validating'] as const) {
    const hooks = configurations(cluster, phase);
    const made = await hooks.create(configuration('untouched', [hook('no')]));
    expect(made).not.toHaveProperty('data');
    await hooks.delete('untouched');
  }
});

for (const phase of ['Mutating', 'Validating'] as const) {
  const lower = phase.toLowerCase();
  const isMutating = phase === 'Mutating';

  conforms(`Admission webhook, list ${lower} webhooks`, async (t) => {
    const { cluster, hook } = await startWebhookServer(t, { offensive, mark: () => mark('mutated') });
    const hooks = configurations(cluster, phase);
    const label = t.unique('listed');
    for (const name of ['a', 'b'])
      await hooks.create(configuration(name, [hook(isMutating ? 'mark' : 'offensive')], { label }));
    expect((await hooks.list({ labelSelector: `label=${label}` })).items).toHaveLength(2);
    const maps = cluster.resource(kinds.configMap);
    const create = (name: string) => maps.create(aConfigMap(name, { offensive: 'yes' }));
    if (isMutating) expect((await create('before')).data).toHaveProperty('mutated');
    else await refused(create('before'), { code: 400 });
    await hooks.deleteCollection({ labelSelector: `label=${label}` });
    expect((await create('after')).data).toEqual({ offensive: 'yes' });
  });

  conforms(`Admission webhook, update ${lower} webhook`, async (t) => {
    const { cluster, hook } = await startWebhookServer(t, { offensive, mark: () => mark('mutated') });
    const hooks = configurations(cluster, phase);
    const asked = async (name: string) => {
      const created = cluster.resource(kinds.configMap).create(aConfigMap(name, { offensive: 'yes' }));
      return created.then(
        ({ data }) => 'mutated' in (data ?? {}),
        () => true,
      );
    };
    const made = await hooks.create(configuration('one', [hook(isMutating ? 'mark' : 'offensive')]));
    expect(await asked('first')).toBe(true);
    const rules = made.webhooks[0]?.rules ?? [];
    const updated = { ...made, webhooks: [{ ...made.webhooks[0]!, rules: [{ ...rules[0], operations: ['UPDATE'] }] }] };
    await hooks.update(updated as Configuration);
    expect(await asked('second')).toBe(false);
    const patch = [{ op: 'replace', path: '/webhooks/0/rules/0/operations', value: ['CREATE'] }];
    await hooks.patch('one', patch, { type: 'json' });
    expect(await asked('third')).toBe(true);
  });

  const row = `${phase} Admission webhook`;
  conforms(`${row}, create and update ${lower} webhook configuration with matchConditions`, async (t) => {
    const hooks = configurations(t, phase);
    const clientConfig = { url: 'https://nowhere.example/hook' };
    const rules = [
      { apiGroups: ['none.example'], apiVersions: ['v1'], resources: ['nothing'], operations: ['CREATE'] },
    ];
    const common = {
      name: 'none.example.com',
      clientConfig,
      rules,
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    };
    const conditions = [{ name: 'skip', expression: "object.metadata.name != 'skip-me'" }];
    const name = t.unique('conditions');
    t.cleanUp(() => hooks.delete(name));
    const made = await hooks.create(configuration(name, [{ ...common, matchConditions: conditions }]));
    expect(made.webhooks[0]?.matchConditions).toEqual(conditions);
    const more = [...conditions, { name: 'other', expression: 'true' }];
    const changed = await hooks.update({ ...made, webhooks: [{ ...common, matchConditions: more }] } as Configuration);
    expect(changed.webhooks[0]?.matchConditions).toEqual(more);
  });

  conforms(`${row}, reject ${lower} webhook configurations with invalid matchConditions`, async (t) => {
    const clientConfig = { url: 'https://nowhere.example/hook' };
    const matchConditions = [{ name: 'broken', expression: '...!!!~~' }];
    const common = { name: 'none.example.com', clientConfig, sideEffects: 'None', admissionReviewVersions: ['v1'] };
    const made = configurations(t, phase).create(configuration(t.unique('invalid'), [{ ...common, matchConditions }]));
    await refused(made, { code: 422, reason: 'Invalid', message: 'compilation failed' });
  });
}

conforms('Mutating Admission webhook, mutating webhook excluding object with specific name', async (t) => {
  const { cluster, hook } = await startWebhookServer(t, { mark: () => mark('mutated') });
  const matchConditions = [{ name: 'skip', expression: "object.metadata.name != 'skip-me'" }];
  await configurations(cluster, 'Mutating').create(configuration('most', [hook('mark', { matchConditions })]));
  const maps = cluster.resource(kinds.configMap);
  expect((await maps.create(aConfigMap('skip-me', { start: 'yes' }))).data).toEqual({ start: 'yes' });
  expect((await maps.create(aConfigMap('another', { start: 'yes' }))).data).toEqual({ start: 'yes', mutated: 'yes' });
});
