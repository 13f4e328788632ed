import fc from 'fast-check';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JwtAuthenticator } from '../../../../shared/authentication/jwt-authenticator.ts';
import { ClusterFixture } from '../../../cluster/testing/fixture.ts';
import { parseSettings } from '../../../settings.ts';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

const url = 'https://login.example/realm';
const whoAmI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const plain: JwtAuthenticator = {
  issuer: { url, audiences: ['fairlead', 'kubectl'] },
  claimMappings: {
    username: { claim: 'email', prefix: 'oidc:' },
    groups: { claim: 'groups', prefix: 'oidc:' },
    uid: { claim: 'sub' },
  },
  claimValidationRules: [{ claim: 'tenant', requiredValue: 'ours' }],
};

let cluster: ClusterFixture;
let keys: Keys;
let otherKeys: Keys;
/** What the issuer publishes, and how often it was asked. */
let published: Keys[];
let asked: string[];
let isAway: boolean;

beforeAll(async () => {
  [keys, otherKeys] = await Promise.all([
    generateKeyPair('RS256', { extractable: true }),
    generateKeyPair('RS256', { extractable: true }),
  ]);
});

async function start(authenticator: JwtAuthenticator = plain): Promise<void> {
  cluster = await ClusterFixture.create(parseSettings({ jwt: [authenticator] }));
  [published, asked, isAway] = [[keys], [], false];
  cluster.document = async (wanted) => {
    asked.push(wanted);
    if (isAway) throw new Error('connection refused');
    if (wanted === `${url}/.well-known/openid-configuration`) {
      return Response.json({ issuer: url, jwks_uri: `${url}/keys` });
    }
    const all = published.map(async ({ publicKey }) => ({ ...(await exportJWK(publicKey)), kid: kidOf(publicKey) }));
    return Response.json({ keys: await Promise.all(all) });
  };
}
beforeEach(() => start());

const kidOf = (key: Keys['publicKey']) => (key === keys.publicKey ? 'first' : 'second');
const claims = () => ({
  iss: url,
  aud: 'fairlead',
  sub: 'u1',
  exp: cluster.nowMs / 1000 + 3600,
  email: 'ann@example.com',
  groups: ['dev', 'ops'],
  tenant: 'ours',
});
const sign = (more: object = {}, { privateKey, publicKey }: Keys = keys) =>
  new SignJWT({ ...claims(), ...more }).setProtectedHeader({ alg: 'RS256', kid: kidOf(publicKey) }).sign(privateKey);
async function use(token: string) {
  const { status, json } = await cluster.call('POST', whoAmI, { body: {}, token });
  return status === 201 ? json.status.userInfo : status;
}

describe('tokens of an issuer elsewhere', () => {
  it('speak for the user that their claims name', async () => {
    expect(await use(await sign())).toEqual({
      username: 'oidc:ann@example.com',
      uid: 'u1',
      groups: ['oidc:dev', 'oidc:ops', 'system:authenticated'],
    });
    expect(await use(await sign({ aud: ['x', 'kubectl'], groups: 'one' }))).toMatchObject({
      groups: ['oidc:one', 'system:authenticated'],
    });
    expect(asked).toEqual([`${url}/.well-known/openid-configuration`, `${url}/keys`]);
  });

  it.each<[string, object]>([
    ['for somebody else', { aud: 'vault' }],
    ['for nobody', { aud: undefined }],
    ['that have expired', { exp: 1 }],
    ['without an end', { exp: undefined }],
    ['that are not valid yet', { nbf: 4_000_000_000 }],
    ['of another tenant', { tenant: 'theirs' }],
    ['of no tenant', { tenant: undefined }],
    ['without a name', { email: undefined }],
    ['with a name that is none', { email: ['ann@example.com'] }],
    ['with an address that is not verified', { email_verified: false }],
    ['with groups that are none', { groups: [{ a: 1 }] }],
    ['of another issuer', { iss: 'https://login.example' }],
  ])('%s are refused', async (_what, more) => {
    expect(await use(await sign(more))).toBe(401);
    expect(cluster.errors).toEqual([]);
  });

  it('that are forged are refused', async () => {
    const token = await sign();
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(keys.publicKey)));
    const symmetric = new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'first' });
    for (const forged of [
      `${encode({ alg: 'none' })}.${payload}.x`,
      `${encode({ alg: 'none', kid: 'first' })}.${payload}.${signature}`,
      `${header}.${encode({ ...claims(), email: 'root@example.com' })}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -6)}AAAAAA`,
      `${encode({ alg: 'RS256', kid: 'first', crit: ['x'], x: 1 })}.${payload}.${signature}`,
      await symmetric.sign(secret),
      await sign({}, otherKeys),
      `${header}.${encode({ ...claims(), groups: 'g'.repeat(200_000) })}.${signature}`,
    ]) {
      expect(await use(forged), forged.slice(0, 80)).toBe(401);
    }
    expect(cluster.errors).toEqual([]);
  });

  it('are refused however they are damaged', async () => {
    const token = await sign();
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 3 }), async (at, noise) => {
        const damaged = token.slice(0, at) + noise + token.slice(at + 1);
        fc.pre(!damaged.split('.').every((part, index) => same(part, token.split('.')[index] ?? '')));
        expect(await use(damaged)).toBe(401);
      }),
      { numRuns: 60 },
    );
    expect(cluster.errors).toEqual([]);
  });

  it('are told to whoever was shown one, as the API’s own', async () => {
    const review = async (audiences?: string[]) => {
      const body = { spec: { token: await sign(), audiences } };
      return (await cluster.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body })).json.status;
    };
    expect(await review()).toMatchObject({ authenticated: true, user: { username: 'oidc:ann@example.com' } });
    expect((await review(['vault'])).authenticated).toBeUndefined();
  });
});

/** Base64 that says the same by other characters. */
function same(a: string, b: string): boolean {
  return Buffer.from(a, 'base64url').equals(Buffer.from(b, 'base64url'));
}

describe('an issuer', () => {
  it('is asked again for a key that is new, and not more often than every half minute', async () => {
    await use(await sign());
    asked = [];
    for (let count = 0; count < 5; count += 1) expect(await use(await sign({ n: count }, otherKeys))).toBe(401);
    expect(asked).toEqual([]);
    cluster.nowMs += 30_000;
    published = [keys, otherKeys];
    expect(await use(await sign({}, otherKeys))).toMatchObject({ username: 'oidc:ann@example.com' });
    expect(asked).toHaveLength(2);
  });

  it('that is away takes nobody out, and is not asked in a loop', async () => {
    await use(await sign());
    isAway = true;
    cluster.nowMs += 2 * 3600_000;
    asked = [];
    for (let count = 0; count < 20; count += 1) {
      expect(await use(await sign({ n: count }))).toMatchObject({ uid: 'u1' });
    }
    expect(asked).toHaveLength(1);
  });

  it('that was never there lets nobody in, and is tried again', async () => {
    isAway = true;
    for (let count = 0; count < 5; count += 1) expect(await use(await sign({ n: count }))).toBe(401);
    expect(asked).toHaveLength(1);
    isAway = false;
    expect(await use(await sign())).toBe(401);
    cluster.nowMs += 30_000;
    expect(await use(await sign())).toMatchObject({ uid: 'u1' });
  });

  it.each<[string, (path: string) => Response]>([
    ['says to be another', () => Response.json({ issuer: 'https://evil.example', jwks_uri: `${url}/keys` })],
    ['has its keys in the open', () => Response.json({ issuer: url, jwks_uri: 'http://login.example/keys' })],
    ['answers without end', () => new Response(new Uint8Array(300_000).fill(32))],
    ['answers with something else', () => new Response('<html>')],
    ['sends elsewhere', () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
  ])('that %s lets nobody in', async (_what, answer) => {
    cluster.document = async (path) => answer(path);
    expect(await use(await sign())).toBe(401);
    expect(cluster.errors).toEqual([]);
  });
});

describe('expressions', () => {
  it('make the user, and judge claims and user', async () => {
    await start({
      issuer: plain.issuer,
      claimMappings: {
        username: { expression: '"corp:" + claims.preferred' },
        groups: { expression: 'claims.roles.split(",")' },
        uid: { expression: 'claims.sub' },
        extra: [{ key: 'example.com/tenant', valueExpression: 'claims.tenant' }],
      },
      claimValidationRules: [{ expression: 'claims.exp - claims.iat <= 7200', message: 'lives too long' }],
      userValidationRules: [{ expression: '!user.username.startsWith("corp:system")', message: 'reserved' }],
    });
    const own = { preferred: 'ann', roles: 'a,b', iat: cluster.nowMs / 1000 };
    expect(await use(await sign(own))).toEqual({
      username: 'corp:ann',
      uid: 'u1',
      groups: ['a', 'b', 'system:authenticated'],
      extra: { 'example.com/tenant': ['ours'] },
    });
    expect(await use(await sign({ ...own, iat: 1 }))).toBe(401);
    expect(await use(await sign({ ...own, preferred: 'system:x' }))).toBe(401);
    expect(await use(await sign({ ...own, preferred: 7 }))).toBe(401);
    expect(await use(await sign({ roles: 'a' }))).toBe(401);
    expect(cluster.errors).toEqual([]);
  });
});

describe('settings', () => {
  const parse = (more: object) => () => parseSettings({ jwt: [{ ...plain, ...more }] });
  it.each<[object, string]>([
    [{ issuer: { ...plain.issuer, url: 'http://login.example' } }, 'settings.jwt.0.issuer.url: Invalid value'],
    [{ issuer: { ...plain.issuer, audiences: [] } }, 'settings.jwt.0.issuer.audiences: Invalid value'],
    [
      { claimMappings: { username: { claim: 'a', prefix: '', expression: '"x"' } } },
      'settings.jwt.0.claimMappings.username: Invalid value: exactly one of claim and expression',
    ],
    [
      { claimMappings: { username: { claim: 'a' } } },
      'settings.jwt.0.claimMappings.username: Invalid value: prefix belongs to claim',
    ],
    [
      { claimMappings: { username: { expression: 'claims.a +' } } },
      'settings.jwt.0.claimMappings.username.expression: Invalid value: compilation failed:',
    ],
    [
      { claimMappings: { ...plain.claimMappings, extra: [{ key: 'kubernetes.io/x', valueExpression: '"a"' }] } },
      'settings.jwt.0.claimMappings.extra.0.key: Invalid value',
    ],
    [{ userValidationRules: [{ expression: 'claims.x' }] }, 'settings.jwt.0.userValidationRules.0.expression'],
  ])('%j are refused', (more, message) => {
    expect(parse(more)).toThrow(message);
  });

  it('name an issuer once', () => {
    expect(() => parseSettings({ jwt: [plain, plain] })).toThrow('an issuer is there twice');
  });
});
