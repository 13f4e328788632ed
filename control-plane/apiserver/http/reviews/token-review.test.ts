import { createLocalJWKSet, jwtVerify } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClusterFixture } from '../../../cluster/testing/fixture.ts';

const issuer = 'https://kubernetes.default.svc.cluster.local';
const account = '/api/v1/namespaces/default/serviceaccounts/default';

let cluster: ClusterFixture;
beforeEach(async () => {
  cluster = await ClusterFixture.create();
});

async function issue(spec: object = {}): Promise<string> {
  return (await cluster.call('POST', `${account}/token`, { body: { spec } })).json.status.token;
}

describe('TokenReview', () => {
  const review = async (spec: object) => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec };
    return cluster.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body });
  };
  const statusOf = async (spec: object) => (await review(spec)).json.status;

  it('tells whom a token speaks for, and for which of the audiences that were asked about', async () => {
    const token = await issue({ audiences: ['vault', 'registry'] });
    expect(await statusOf({ token, audiences: ['vault', 'other'] })).toMatchObject({
      authenticated: true,
      audiences: ['vault'],
      user: {
        username: 'system:serviceaccount:default:default',
        groups: expect.arrayContaining(['system:serviceaccounts']),
      },
    });
    expect(await statusOf({ token: await issue() })).toMatchObject({ authenticated: true, audiences: [issuer] });
    expect(await statusOf({ token: cluster.adminToken })).toMatchObject({
      authenticated: true,
      user: { username: 'admin' },
    });
  });

  it('says why it does not know a token, as an answer and not as a failure', async () => {
    expect(await statusOf({ token: await issue({ audiences: ['vault'] }) })).toEqual({
      user: {},
      error: `token audiences ["vault"] is invalid for the target audiences ["${issuer}"]`,
    });
    const unknown = { user: {}, error: 'invalid bearer token' };
    expect(await statusOf({ token: 'abc' })).toEqual(unknown);
    expect(await statusOf({ token: cluster.adminToken, audiences: ['vault'] })).toEqual(unknown);
    expect(await statusOf({ token: `${'a'.repeat(1_000_000)}.b.c` })).toEqual(unknown);
  });

  it('wants a token', async () => {
    expect((await review({})).json).toMatchObject({
      code: 400,
      message: 'token is required for TokenReview in authentication',
    });
  });
});

describe('OpenID Connect discovery', () => {
  it('lets others verify tokens with the published keys', async () => {
    const configuration = await cluster.call('GET', '/.well-known/openid-configuration');
    expect(configuration.json).toEqual({
      issuer,
      jwks_uri: `${issuer}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    });
    expect(configuration.headers.get('cache-control')).toBe('public, max-age=3600');
    const keys = await cluster.call('GET', '/openid/v1/jwks');
    expect(keys.headers.get('content-type')).toBe('application/jwk-set+json');
    const { payload } = await jwtVerify(
      await issue({ audiences: ['vault'] }),
      createLocalJWKSet(JSON.parse(keys.text)),
      {
        issuer,
        audience: 'vault',
        currentDate: new Date(cluster.nowMs),
      },
    );
    expect(payload.sub).toBe('system:serviceaccount:default:default');
  });

  it('is not for strangers, and only to be read', async () => {
    expect((await cluster.call('GET', '/openid/v1/jwks', { token: undefined })).status).toBe(403);
    expect((await cluster.call('POST', '/openid/v1/jwks', { body: {} })).status).toBe(405);
  });
});
