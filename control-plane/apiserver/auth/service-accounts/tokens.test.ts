import { beforeEach, describe, expect, it } from 'vitest';
import { aPod, ClusterFixture } from '../../../cluster/testing/fixture.ts';
import { nodeUser } from '../node-authorizer.ts';
import { signingKeysResource } from './signing-keys.ts';

const issuer = 'https://kubernetes.default.svc.cluster.local';
const account = '/api/v1/namespaces/default/serviceaccounts/default';
const whoAmI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

describe('tokens of ServiceAccounts', () => {
  let cluster: ClusterFixture;
  beforeEach(async () => {
    cluster = await ClusterFixture.create();
  });

  const request = (spec: object = {}, options: { metadata?: object; token?: string; path?: string } = {}) =>
    cluster.call('POST', `${options.path ?? account}/token`, {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: options.metadata ?? {}, spec },
      ...(options.token ? { token: options.token } : {}),
    });
  const issue = async (spec: object = {}, path?: string): Promise<string> => {
    const reply = await request(spec, path ? { path } : {});
    expect(reply.status, reply.text).toBe(201);
    return reply.json.status.token;
  };
  const use = async (token: string) => {
    const { status, json } = await cluster.call('POST', whoAmI, { body: review, token });
    return status === 201 ? json.status.userInfo : status;
  };
  const makePod = async (name = 'web', spec: object = {}) => {
    const reply = await cluster.call('POST', '/api/v1/namespaces/default/pods', { body: aPod(name, { ...spec }) });
    expect(reply.status, reply.text).toBe(201);
    return reply.json.metadata.uid as string;
  };
  const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());

  it('carry the claims of Kubernetes', async () => {
    const reply = await request({ audiences: ['vault'], expirationSeconds: 700 });
    expect(reply.status).toBe(201);
    const { uid } = (await cluster.call('GET', account)).json.metadata;
    const { token, expirationTimestamp } = reply.json.status;
    expect(expirationTimestamp).toBe('2026-01-02T03:15:45Z');
    expect(reply.json).toMatchObject({
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: 'default', namespace: 'default', uid, creationTimestamp: '2026-01-02T03:04:05Z' },
      spec: { audiences: ['vault'], expirationSeconds: 700, boundObjectRef: null },
    });
    const iat = cluster.nowMs / 1000;
    expect(claimsOf(token)).toEqual({
      aud: ['vault'],
      exp: iat + 700,
      iat,
      iss: issuer,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'default', uid } },
      nbf: iat,
      sub: 'system:serviceaccount:default:default',
    });
  });

  it('speak for the ServiceAccount, with its groups', async () => {
    const token = await issue();
    const { uid } = (await cluster.call('GET', account)).json.metadata;
    expect(await use(token)).toEqual({
      username: 'system:serviceaccount:default:default',
      uid,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claimsOf(token).jti}`] },
    });
  });

  it('bound to a Pod name it and its node, and end with it', async () => {
    const uid = await makePod('web', { nodeName: 'n1' });
    const token = await issue({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'web', uid } });
    expect(claimsOf(token)['kubernetes.io']).toMatchObject({ pod: { name: 'web', uid }, node: { name: 'n1' } });
    expect((await use(token)).extra).toMatchObject({
      'authentication.kubernetes.io/pod-name': ['web'],
      'authentication.kubernetes.io/pod-uid': [uid],
      'authentication.kubernetes.io/node-name': ['n1'],
    });
    const options = { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 };
    await cluster.call('DELETE', '/api/v1/namespaces/default/pods/web', { body: options });
    expect(await use(token)).toBe(401);
    await makePod('web');
    expect(await use(token)).toBe(401);
  });

  it('bound to a Pod that is being deleted work for a minute after its end was due', async () => {
    await makePod('web', { nodeName: 'n1' });
    const token = await issue({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'web' } });
    expect(await use(token)).toMatchObject({ username: 'system:serviceaccount:default:default' });
    await cluster.call('DELETE', '/api/v1/namespaces/default/pods/web');
    cluster.nowMs += 89_000;
    expect(await use(token)).toMatchObject({ username: 'system:serviceaccount:default:default' });
    cluster.nowMs += 2_000;
    expect(await use(token)).toBe(401);
  });

  it('bound to a Secret end with it', async () => {
    const secrets = '/api/v1/namespaces/default/secrets';
    await cluster.call('POST', secrets, { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } } });
    const token = await issue({ boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 's' } });
    expect(await use(token)).toMatchObject({ username: 'system:serviceaccount:default:default' });
    await cluster.call('DELETE', `${secrets}/s`);
    expect(await use(token)).toBe(401);
  });

  it('end with their ServiceAccount, and another of the same name does not revive them', async () => {
    const token = await issue();
    expect(await use(token)).toMatchObject({ username: 'system:serviceaccount:default:default' });
    await cluster.call('DELETE', account);
    expect(await use(token)).toBe(401);
    await cluster.call('POST', '/api/v1/namespaces/default/serviceaccounts', {
      body: { metadata: { name: 'default' } },
    });
    expect(await use(token)).toBe(401);
  });

  it('expire, with a minute for clocks that differ, whether they have been seen before or not', async () => {
    const [seen, unseen] = [await issue({ expirationSeconds: 600 }), await issue({ expirationSeconds: 600 })];
    await use(seen);
    cluster.nowMs += 650_000;
    expect(await use(seen)).toMatchObject({ username: 'system:serviceaccount:default:default' });
    cluster.nowMs += 20_000;
    expect(await use(seen)).toBe(401);
    expect(await use(unseen)).toBe(401);
  });

  it('for somebody else are not for the API', async () => {
    expect(await use(await issue({ audiences: ['vault'] }))).toBe(401);
    expect(await use(await issue({ audiences: ['vault', issuer] }))).toMatchObject({ groups: expect.any(Array) });
  });

  it('that are forged are refused', async () => {
    const token = await issue();
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { ...claimsOf(token), sub: 'system:serviceaccount:kube-system:default' };
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const forged = [
      `${header}.${encode(claims)}.${signature}`,
      `${encode({ alg: 'none' })}.${payload}.`,
      `${encode({ alg: 'none', kid })}.${payload}.${signature}`,
      `${encode({ alg: 'HS256', kid })}.${payload}.${signature}`,
      `${encode({ alg: 'ES256', kid: 'another' })}.${payload}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      `${header}.${encode([])}.${signature}`,
      `${header}.not-json.${signature}`,
      `AAAA.${payload}.${signature}`,
    ];
    for (const one of forged) expect(await use(one), one).toBe(401);
    expect(cluster.errors).toEqual([]);
  });

  it('of a cluster are nothing to another cluster', async () => {
    const other = await ClusterFixture.create();
    await other.call('POST', `${account}/token`, { body: {} });
    const { status } = await other.call('POST', whoAmI, { body: review, token: await issue() });
    expect(status).toBe(401);
  });

  it('mounted of old work on for a year, if they are bound to a Pod and for the API', async () => {
    await makePod();
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'web' };
    const lifetime = async (spec: object) => {
      const { exp, iat, 'kubernetes.io': bound } = claimsOf(await issue(spec));
      return [exp - iat, bound.warnafter && bound.warnafter - iat];
    };
    expect(await lifetime({ boundObjectRef, expirationSeconds: 3607 })).toEqual([365 * 86_400, 3607]);
    expect(await lifetime({ boundObjectRef, expirationSeconds: 3608 })).toEqual([3608, undefined]);
    expect(await lifetime({ boundObjectRef, expirationSeconds: 3607, audiences: ['x'] })).toEqual([3607, undefined]);
    expect(await lifetime({ expirationSeconds: 3607 })).toEqual([3607, undefined]);
  });

  it.each([
    [
      { expirationSeconds: 599 },
      422,
      'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    ],
    [
      { expirationSeconds: 2 ** 32 + 1 },
      422,
      'spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
    ],
    [{ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'no' } }, 404, 'pods "no" not found'],
    [{ boundObjectRef: { apiVersion: 'v1', kind: 'Node', name: 'no' } }, 404, 'nodes "no" not found'],
    [
      { boundObjectRef: { apiVersion: 'v1', kind: 'ConfigMap', name: 'no' } },
      400,
      'cannot bind token to object of type /v1, Kind=ConfigMap',
    ],
    [
      { boundObjectRef: { apiVersion: 'apps/v1', kind: 'Pod', name: 'no' } },
      400,
      'cannot bind token to object of type apps/v1, Kind=Pod',
    ],
  ])('are not issued for %j', async (spec, status, message) => {
    const reply = await request(spec);
    expect([reply.status, reply.json.message]).toEqual([status, expect.stringContaining(message)]);
  });

  it('are not issued when the request means another object than there is', async () => {
    expect((await request({}, { metadata: { name: 'other' } })).json.message).toBe(
      'TokenRequest.authentication.k8s.io "default" is invalid: metadata.name: Invalid value: "other": must match the service account name if specified',
    );
    expect((await request({}, { metadata: { uid: 'u' } })).json).toMatchObject({ code: 409, reason: 'Conflict' });
    expect((await request({}, { path: account.replace(/default$/, 'absent') })).json.message).toBe(
      'serviceaccounts "absent" not found',
    );
    await cluster.call('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'other' } } });
    await makePod('web', { serviceAccountName: 'other' });
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'web' };
    expect((await request({ boundObjectRef })).json.message).toBe(
      'cannot bind token for serviceaccount "default" to pod running with different serviceaccount name.',
    );
    const uid = 'another';
    expect(
      (await request({ boundObjectRef: { ...boundObjectRef, uid } }, { path: account.replace(/default$/, 'other') }))
        .json.message,
    ).toContain('Operation cannot be fulfilled on Pod "web": the UID in the bound object reference (another)');
  });

  it('go to a node for its own Pods alone', async () => {
    const token = await cluster.cluster.credentials.issue(nodeUser('n1'));
    const volumes = [{ name: 't', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }];
    const [mine, theirs] = [
      await makePod('mine', { nodeName: 'n1', volumes }),
      await makePod('theirs', { nodeName: 'n2' }),
    ];
    const ask = (name: string, uid: string, spec: object = {}) =>
      request({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid }, ...spec }, { token });
    expect((await ask('mine', mine)).status).toBe(201);
    expect((await ask('mine', mine, { audiences: ['vault'] })).json.message).toBe(
      'serviceaccounts "default" is forbidden: audience "vault" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience',
    );
    expect((await ask('theirs', theirs)).json.message).toContain('bound to a pod scheduled on a different node');
    expect((await request({}, { token })).json.message).toContain('node requested token not bound to a pod');
  });

  it('are signed with the next key once relying parties can know it, and end with their key', async () => {
    const first = await issue();
    const keys = cluster.cluster.signingKeys;
    const kid = (token: string) => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid as string;
    const next = await keys.rotate();
    expect((await keys.published()).map((key) => key.kid)).toEqual([kid(first), next]);
    expect(kid(await issue())).toBe(kid(first));
    cluster.nowMs += 3_600_000;
    const second = await issue();
    expect(kid(second)).toBe(next);
    expect(await use(second)).toMatchObject({ groups: expect.any(Array) });
    expect(await keys.remove(next)).toBe(true);
    expect(await keys.remove(next)).toBe(false);
    expect(await use(second)).toBe(401);
  });

  it('share one first key when several are wanted at once', async () => {
    await Promise.all([issue(), issue(), issue()]);
    expect(cluster.cluster.store.list({ resource: signingKeysResource }).items).toHaveLength(1);
  });

  it('are taken by the shards', async () => {
    const shard = cluster.eventsShard();
    const token = await issue();
    const { status } = await shard.call('GET', '/api/v1/namespaces/default/events', { token });
    expect(status).toBe(403);
  });
});
