import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeRequest, type RequestOptions } from '../../shared/certificates/testing/make-request.ts';
import { nodeUser } from '../apiserver/auth/node-authorizer.ts';
import certificateApprover from '../controllers/certificate-approver.ts';
import certificateCleaner from '../controllers/certificate-cleaner.ts';
import certificateSigner from '../controllers/certificate-signer.ts';
import clusterAuthenticationTrust from '../controllers/cluster-authentication-trust.ts';
import { createEventRecorder } from '../controllers/runtime/event-recorder.ts';
import { createControllerManager } from '../controllers/runtime/manager.ts';
import serviceAccountTokens from '../controllers/service-account-tokens.ts';
import { ClusterFixture } from './testing/fixture.ts';
import { componentUsers } from './users.ts';

const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const nodeUsages = ['digital signature', 'client auth'];
const nodeClient = 'kubernetes.io/kube-apiserver-client-kubelet';
const nodeSubject = 'O=system:nodes, CN=system:node:n1';

let cluster: ClusterFixture;
let manager: ReturnType<typeof createControllerManager>;
let timerAtMs: number | undefined;
beforeEach(async () => {
  cluster = await ClusterFixture.create({ apiServerCA: 'PEM' });
  const { identity, fieldManager } = componentUsers.controllers;
  const { kinds, settings } = cluster.cluster;
  const client = cluster.cluster.clientFor(identity, fieldManager);
  const clock = { now: () => cluster.nowMs };
  const log = {
    info() {},
    warn() {},
    error: (message: string, fields: unknown) => cluster.errors.push(message, fields),
  };
  manager = createControllerManager({
    client,
    kinds,
    settings,
    clock,
    random: () => 0.5,
    log,
    cursor: { load: async () => undefined, save: async () => undefined },
    recorder: createEventRecorder({ client, clock, log }),
    scheduleTimer: (atMs) => {
      timerAtMs = atMs;
    },
    controllers: [
      certificateApprover,
      certificateSigner,
      certificateCleaner,
      clusterAuthenticationTrust,
      serviceAccountTokens,
    ],
  });
  cluster.cluster.store.onCommit(() => manager.wake());
});
afterEach(() => expect(cluster.errors).toEqual([]));

async function settle(): Promise<void> {
  manager.wake();
  await manager.whenIdle();
}

async function ask(spec: object, options: RequestOptions = {}, token?: string) {
  const body = { metadata: { generateName: 'csr-' }, spec: { request: await makeRequest(options), ...spec } };
  const { json, text, status } = await cluster.call('POST', requests, { body, ...(token ? { token } : {}) });
  expect(status, text).toBe(201);
  return async () => {
    await settle();
    return (await cluster.call('GET', `${requests}/${json.metadata.name}`)).json;
  };
}

async function approve(request: { metadata: { name: string } }): Promise<void> {
  const conditions = [{ type: 'Approved', status: 'True', reason: 'Test' }];
  const body = { ...request, status: { conditions } };
  expect((await cluster.call('PUT', `${requests}/${request.metadata.name}/approval`, { body })).status).toBe(200);
}

describe('the cluster’s own signers', () => {
  it('sign what was approved: the name, key and usages of the request', async () => {
    const names = [{ type: 'dns' as const, value: 'n1.example' }];
    const spec = { signerName: 'kubernetes.io/kubelet-serving', usages: ['digital signature', 'server auth'] };
    const request = await ask({ ...spec, expirationSeconds: 86_400 }, { subject: nodeSubject, names });
    expect((await request()).status).toEqual({});
    await approve(await request());
    const { certificate } = (await request()).status;
    const issued = new X509Certificate(Buffer.from(certificate, 'base64'));
    expect(issued.subject).toBe('O=system:nodes\nCN=system:node:n1');
    expect(issued.subjectAltName).toBe('DNS:n1.example');
    expect(issued.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(issued.ca).toBe(false);
    expect(Date.parse(issued.validFrom)).toBe(cluster.nowMs - 300_000);
    expect(Date.parse(issued.validTo)).toBe(cluster.nowMs + 86_400_000 - 300_000);
    const authority = new X509Certificate(await cluster.cluster.certificates.bundle());
    expect([issued.checkIssued(authority), issued.verify(authority.publicKey)]).toEqual([true, true]);
  });

  it('have an authority that others can look up, once it has signed anything', async () => {
    const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
    expect((await cluster.call('GET', path)).status).toBe(404);
    const request = await ask({ signerName: nodeClient, usages: nodeUsages }, { subject: nodeSubject });
    await approve(await request());
    await request();
    const { json } = await cluster.call('GET', path);
    const authority = `${(await cluster.cluster.certificates.bundle()).trimEnd()}\n`;
    expect(json.data).toEqual({ 'client-ca-file': authority });
    const body = { ...json, data: { 'client-ca-file': 'another', more: 'theirs' } };
    await cluster.call('PUT', path, { body });
    await settle();
    expect((await cluster.call('GET', path)).json.data).toEqual({ 'client-ca-file': authority, more: 'theirs' });
    await cluster.call('DELETE', path);
    await settle();
    const { resourceVersion } = (await cluster.call('GET', path)).json.metadata;
    await approve(await (await ask({ signerName: nodeClient, usages: nodeUsages }, { subject: nodeSubject }))());
    await settle();
    expect((await cluster.call('GET', path)).json.metadata.resourceVersion).toBe(resourceVersion);
  });

  it('say why not', async () => {
    const request = await ask({ signerName: nodeClient, usages: ['any'] }, { subject: nodeSubject });
    await approve(await request());
    expect((await request()).status.conditions.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'SignerValidationFailure',
      message: 'usages did not match [client auth digital signature key encipherment]',
    });
  });

  it('leave to others what is theirs', async () => {
    const request = await ask({ signerName: 'example.com/theirs', usages: nodeUsages });
    await approve(await request());
    expect((await request()).status).not.toHaveProperty('certificate');
  });

  it('approve nodes where a role lets them approve themselves, and only for themselves', async () => {
    const roles = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
    await cluster.call('POST', roles, {
      body: {
        metadata: { name: 'nodes-renew' },
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'ClusterRole',
          name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
        },
        subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:nodes' }],
      },
    });
    const rule = { apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'], verbs: ['create'] };
    const role = { metadata: { name: 'askers' }, rules: [rule] };
    await cluster.call('POST', roles.replace('bindings', 's'), { body: role });
    await cluster.call('POST', roles, {
      body: {
        metadata: { name: 'askers' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'askers' },
        subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:nodes' }],
      },
    });
    const token = await cluster.cluster.credentials.issue(nodeUser('n1'));
    const spec = { signerName: nodeClient, usages: nodeUsages };
    const own = await ask(spec, { subject: nodeSubject }, token);
    const foreign = await ask(spec, { subject: 'O=system:nodes, CN=system:node:n2' }, token);
    expect((await own()).status).toMatchObject({
      conditions: [
        {
          type: 'Approved',
          reason: 'AutoApproved',
          message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
        },
      ],
      certificate: expect.any(String),
    });
    expect((await foreign()).status).toEqual({});
  });

  it('forget requests: an hour after the end of one, a day after the beginning of another', async () => {
    const pending = await ask({ signerName: 'example.com/theirs', usages: nodeUsages });
    const issued = await ask({ signerName: nodeClient, usages: nodeUsages }, { subject: nodeSubject });
    await approve(await issued());
    await issued();
    const advance = async (ms: number) => {
      cluster.nowMs += ms;
      if (timerAtMs !== undefined && timerAtMs <= cluster.nowMs) manager.timerFired();
      return [(await pending()).code ?? 200, (await issued()).code ?? 200];
    };
    expect(await advance(3600_000)).toEqual([200, 200]);
    expect(await advance(1000)).toEqual([200, 404]);
    expect(await advance(23 * 3600_000)).toEqual([404, 404]);
  });
});

describe('Secrets with the token of a ServiceAccount', () => {
  const secrets = '/api/v1/namespaces/default/secrets';
  const make = async (name = 'robot', account = 'default') => {
    const annotations = { 'kubernetes.io/service-account.name': account };
    const body = { metadata: { name, annotations }, type: 'kubernetes.io/service-account-token' };
    expect((await cluster.call('POST', secrets, { body })).status).toBe(201);
    await settle();
    return (await cluster.call('GET', `${secrets}/${name}`)).json;
  };
  const whoIs = async (token: string) => {
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const { status, json } = await cluster.call('POST', path, { body: {}, token });
    return status === 201 ? json.status.userInfo : status;
  };
  const tokenOf = (secret: { data: { token: string } }) => atob(secret.data.token);

  it('are filled in, and the token speaks for the account without an end', async () => {
    const secret = await make();
    const account = (await cluster.call('GET', '/api/v1/namespaces/default/serviceaccounts/default')).json;
    const { uid } = account.metadata;
    expect(secret.metadata.annotations['kubernetes.io/service-account.uid']).toBe(uid);
    expect([atob(secret.data.namespace), atob(secret.data['ca.crt'])]).toEqual(['default', 'PEM']);
    cluster.nowMs += 10 * 365 * 86_400_000;
    expect(await whoIs(tokenOf(secret))).toEqual({
      username: 'system:serviceaccount:default:default',
      uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
  });

  it('take the token back: by their end, by other content, by the end of the account', async () => {
    const [a, b, c] = [await make('a'), await make('b'), await make('c')];
    for (const secret of [a, b, c]) expect(await whoIs(tokenOf(secret))).toHaveProperty('username');
    await cluster.call('DELETE', `${secrets}/a`);
    expect(await whoIs(tokenOf(a))).toBe(401);
    await cluster.call('PUT', `${secrets}/b`, { body: { ...b, data: { ...b.data, token: btoa('x') } } });
    expect(await whoIs(tokenOf(b))).toBe(401);
    await cluster.call('DELETE', '/api/v1/namespaces/default/serviceaccounts/default');
    expect(await whoIs(tokenOf(c))).toBe(401);
    await settle();
    expect((await cluster.call('GET', `${secrets}/c`)).status).toBe(404);
  });

  it('do not stay without the account that they name', async () => {
    expect((await make('lost', 'nobody')).code).toBe(404);
  });

  it('are the only place where such a token counts: forged ones are refused', async () => {
    const secret = await make();
    const [header, payload, signature] = tokenOf(secret).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const forged of [
      `${header}.${encode({ ...claims, sub: 'system:serviceaccount:kube-system:default' })}.${signature}`,
      `${encode({ alg: 'none' })}.${payload}.x`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      `${header}.${encode([])}.${signature}`,
    ]) {
      expect(await whoIs(forged), forged).toBe(401);
    }
  });
});
