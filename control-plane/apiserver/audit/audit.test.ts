import { beforeEach, describe, expect, it } from 'vitest';
import { ClusterFixture } from '../../cluster/testing/fixture.ts';
import { createAuditor } from './auditor.ts';
import type { AuditEvent } from './event.ts';
import type { AuditPolicy } from './policy.ts';

const pods = '/api/v1/namespaces/default/pods';
const secrets = '/api/v1/namespaces/default/secrets';

let events: AuditEvent[];

async function open(policy: AuditPolicy): Promise<ClusterFixture> {
  events = [];
  let ids = 0;
  const auditor = createAuditor({
    policy,
    sink: { write: (event) => void events.push(structuredClone(event)) },
    now: () => Date.parse('2026-01-02T03:04:05.678Z'),
    uid: () => `id-${++ids}`,
  });
  return ClusterFixture.create({}, { auditor });
}

/** The event of a stage, once it has been written: bodies are read on the side. */
async function eventOf(stage: string, index = 0): Promise<AuditEvent> {
  for (let turn = 0; turn < 100; turn++) {
    const found = events.filter((event) => event.stage === stage)[index];
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`no event of stage ${stage}`);
}

const admin = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };

describe('at the level Metadata', () => {
  let cluster: ClusterFixture;
  beforeEach(async () => {
    cluster = await open({ rules: [{ level: 'Metadata' }] });
  });

  it('a write leaves who did what to what, and how it ended', async () => {
    const headers = { 'user-agent': 'kubectl/v1.36.0', 'fairlead-source-ips': '192.0.2.1, 198.51.100.2' };
    const body = { metadata: { name: 'hidden' }, stringData: { password: 'hunter2' } };
    const reply = await cluster.call('POST', `${secrets}?fieldManager=x`, { body, headers });
    const base = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: 'id-1',
      requestURI: `${secrets}?fieldManager=x`,
      verb: 'create',
      user: admin,
      sourceIPs: ['192.0.2.1', '198.51.100.2'],
      userAgent: 'kubectl/v1.36.0',
      requestReceivedTimestamp: '2026-01-02T03:04:05.678000Z',
      stageTimestamp: '2026-01-02T03:04:05.678000Z',
      annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
    };
    const objectRef = { resource: 'secrets', namespace: 'default', apiVersion: 'v1' };
    expect(await eventOf('RequestReceived')).toEqual({ ...base, stage: 'RequestReceived', objectRef });
    expect(await eventOf('ResponseComplete')).toEqual({
      ...base,
      stage: 'ResponseComplete',
      objectRef: { ...objectRef, name: 'hidden' },
      responseStatus: { metadata: {}, code: 201 },
    });
    expect(reply.headers.get('audit-id')).toBe('id-1');
    expect(JSON.stringify(events)).not.toContain('hunter2');
  });

  it('a refusal leaves its reason', async () => {
    const token = await cluster.cluster.credentials.issue({ name: 'jane', groups: ['system:authenticated'] });
    await cluster.call('DELETE', `${pods}/a`, { token, headers: { 'audit-id': 'mine' } });
    expect(await eventOf('ResponseComplete')).toMatchObject({
      auditID: 'mine',
      verb: 'delete',
      user: { username: 'jane' },
      objectRef: { resource: 'pods', namespace: 'default', name: 'a', apiVersion: 'v1' },
      responseStatus: {
        metadata: {},
        status: 'Failure',
        reason: 'Forbidden',
        message: expect.stringContaining('pods "a" is forbidden: User "jane" cannot delete'),
        details: { name: 'a', kind: 'pods' },
        code: 403,
      },
      annotations: { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': '' },
    });
  });

  it('says by which role, and as whom', async () => {
    await cluster.call('GET', '/version', { headers: { 'impersonate-user': 'joe' } });
    expect(await eventOf('ResponseComplete')).toMatchObject({
      requestURI: '/version',
      verb: 'get',
      user: admin,
      impersonatedUser: { username: 'joe', groups: ['system:authenticated'] },
      authenticationMetadata: { impersonationConstraint: 'impersonate:user-info' },
      annotations: {
        'authorization.k8s.io/decision': 'allow',
        'authorization.k8s.io/reason':
          'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
      },
    });
  });

  it('somebody with a wrong token is somebody', async () => {
    await cluster.call('GET', pods, { token: 'wrong' });
    const event = await eventOf('ResponseStarted');
    expect(event.user).toEqual({});
    expect(event.responseStatus).toMatchObject({ code: 401, message: 'Authentication failed, attempted: bearer' });
    expect(events).toHaveLength(1);
    expect(JSON.stringify(events)).not.toContain('wrong');
  });

  it('admission adds what it has to say, also to a refusal', async () => {
    cluster.outside = async ({ body }) => {
      const { uid } = JSON.parse(body).request;
      const auditAnnotations = { verdict: 'no' };
      const response = { uid, allowed: false, auditAnnotations };
      return Response.json({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response });
    };
    const webhook = {
      name: 'judge.example.com',
      clientConfig: { url: 'https://hooks.example/judge' },
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] }],
    };
    const hooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
    await cluster.call('POST', hooks, { body: { metadata: { name: 'judge' }, webhooks: [webhook] } });
    await cluster.call('POST', '/api/v1/namespaces/default/configmaps', { body: { metadata: { name: 'c' } } });
    const { annotations } = await eventOf('ResponseComplete', 1);
    expect(annotations).toMatchObject({ 'judge.example.com/verdict': 'no', 'authorization.k8s.io/decision': 'allow' });
  });

  it('a watch begins', async () => {
    await cluster.call('GET', `${pods}?watch=true`);
    expect(await eventOf('ResponseStarted')).toMatchObject({ verb: 'watch', responseStatus: { code: 200 } });
  });

  it('requests to the shard of Events are recorded with the same user', async () => {
    const token = await cluster.cluster.credentials.issue({ name: 'jane', groups: ['system:authenticated'] });
    await cluster.eventsShard().call('GET', '/api/v1/events', { token });
    expect(await eventOf('ResponseComplete')).toMatchObject({
      user: { username: 'jane' },
      annotations: { 'authorization.k8s.io/decision': 'forbid' },
    });
  });
});

describe('at higher levels', () => {
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 'b' } };
  const configMaps = '/api/v1/namespaces/default/configmaps';

  it('what was sent is recorded as it was sent, in any format', async () => {
    const cluster = await open({ rules: [{ level: 'Request' }], omitStages: ['RequestReceived'] });
    await cluster.call('POST', configMaps, {
      body: 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\ndata: {a: b}\n',
      headers: { 'content-type': 'application/yaml' },
    });
    const event = await eventOf('ResponseComplete');
    expect(event.requestObject).toEqual(configMap);
    expect(event).not.toHaveProperty('responseObject');
    const patch = [{ op: 'add', path: '/data/c', value: 'd' }];
    await cluster.call('PATCH', `${configMaps}/c`, {
      body: patch,
      headers: { 'content-type': 'application/json-patch+json' },
    });
    expect((await eventOf('ResponseComplete', 1)).requestObject).toEqual(patch);
    expect(events).toHaveLength(2);
  });

  it('and what was answered, without managed fields if so wished', async () => {
    const cluster = await open({ rules: [{ level: 'RequestResponse' }], omitManagedFields: true });
    await cluster.call('POST', configMaps, { body: configMap });
    await cluster.call('GET', `${configMaps}?limit=1`);
    const created = (await eventOf('ResponseComplete')).responseObject as typeof configMap;
    expect(created).toMatchObject({ ...configMap, metadata: { name: 'c', uid: expect.any(String) } });
    const listed = (await eventOf('ResponseComplete', 1)).responseObject as { items: (typeof configMap)[] };
    expect(listed.items).toHaveLength(1);
    expect(JSON.stringify([created, listed])).not.toContain('managedFields');
  });

  it('what is too long for a log is left out', async () => {
    const cluster = await open({ rules: [{ level: 'RequestResponse' }] });
    const body = { ...configMap, data: { a: 'x'.repeat(900_000) }, binaryData: { b: 'A'.repeat(180_000) } };
    expect((await cluster.call('POST', configMaps, { body })).status).toBe(201);
    const event = await eventOf('ResponseComplete');
    expect(event.annotations).toMatchObject({ 'audit.k8s.io/truncated': 'true' });
    expect(event).not.toHaveProperty('responseObject');
  });

  it.each([
    ['application/yaml', `a: &a {${'b: &b {c: 1}, '.repeat(3)}d: *a}`],
    ['application/yaml', '- &a [a]\n- &b [*a, *a]\n- *c'],
    ['application/json', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['application/json', '{"a":'],
    ['application/vnd.kubernetes.protobuf', 'k8s\0nonsense'],
  ])('what cannot be written down is not: %s %.20s', async (type, body) => {
    const cluster = await open({ rules: [{ level: 'Request' }], omitStages: ['RequestReceived'] });
    await cluster.call('POST', configMaps, { body, headers: { 'content-type': type } });
    const event = await eventOf('ResponseComplete');
    expect(event.responseStatus?.code).toBe(400);
    expect(event).not.toHaveProperty('requestObject');
  });

  it('a policy that asks for nothing gets nothing', async () => {
    const cluster = await open({ rules: [{ level: 'None', users: ['admin'] }, { level: 'Metadata' }] });
    const { headers } = await cluster.call('POST', configMaps, { body: configMap });
    expect(headers.has('audit-id')).toBe(false);
    expect(events).toEqual([]);
  });
});
