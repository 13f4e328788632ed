import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate, makeRequest, type RequestOptions } from '../../shared/certificates/testing/make-request.ts';
import { ClusterFixture } from './testing/fixture.ts';

const whoAmI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const usages = ['digital signature', 'client auth'];
const uid = '1.3.6.1.4.1.57683.2';

let cluster: ClusterFixture;
beforeEach(async () => {
  cluster = await ClusterFixture.create();
});

async function issue(options: RequestOptions, more: { usages?: string[]; expirationSeconds?: number } = {}) {
  const request = atob(await makeRequest(options));
  return cluster.cluster.certificates.issue({ request, usages, ...more });
}

async function use(certificate: string, token?: string) {
  const { status, json } = await cluster.call('POST', whoAmI, { body: {}, certificate, token });
  return status === 201 ? json.status.userInfo : status;
}

describe('a certificate that the cluster has signed', () => {
  it('speaks for the user that it names', async () => {
    const certificate = await issue({ subject: 'O=dev, O=ops, CN=first, CN=ann' });
    const { fingerprint256 } = new X509Certificate(certificate);
    expect(await use(certificate)).toEqual({
      username: 'ann',
      groups: ['dev', 'ops', 'system:authenticated'],
      extra: {
        'authentication.kubernetes.io/credential-id': [
          `X509SHA256=${fingerprint256.replaceAll(':', '').toLowerCase()}`,
        ],
      },
    });
  });

  it('may name its uid, once', async () => {
    expect(await use(await issue({ subject: `${uid}=u-1, CN=ann` }))).toMatchObject({ username: 'ann', uid: 'u-1' });
    expect(await use(await issue({ subject: `${uid}=u-1, ${uid}=u-2, CN=ann` }))).toBe(401);
    expect(cluster.errors).toEqual(['expected 1 UID, but found multiple: [u-1 u-2]']);
  });

  it('of a key of another kind is as good', async () => {
    expect(await use(await issue({ subject: 'CN=ann', algorithm: 'RSA' }))).toMatchObject({ username: 'ann' });
  });

  it('goes before a token', async () => {
    expect(await use(await issue({ subject: 'CN=ann' }), cluster.adminToken)).toMatchObject({ username: 'ann' });
    expect(await use(await issue({ subject: 'CN=ann' }), 'nonsense')).toMatchObject({ username: 'ann' });
  });

  it('is what roles grant to its user', async () => {
    const certificate = await issue({ subject: 'O=dev, CN=ann' });
    const list = () => cluster.call('GET', '/api/v1/namespaces/default/pods', { certificate, token: undefined });
    expect((await list()).json.message).toBe(
      'pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    await cluster.call('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
      body: {
        metadata: { name: 'dev' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'dev' }],
      },
    });
    expect((await list()).status).toBe(200);
  });

  it('of a node may do what that node may', async () => {
    const certificate = await issue({ subject: 'O=system:nodes, CN=system:node:n1' });
    const lease = (name: string) =>
      cluster.call('GET', `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`, {
        certificate,
        token: undefined,
      });
    expect((await lease('n1')).status).toBe(404);
    expect((await lease('n2')).json.message).toContain('can only access node lease with the same name');
  });

  it('that names nobody is nobody’s: it may what anybody may', async () => {
    const certificate = await issue({ subject: 'O=dev' });
    expect((await cluster.call('GET', '/version', { certificate, token: undefined })).status).toBe(200);
    expect(await use(certificate)).toBe(403);
    expect(await use(certificate, cluster.adminToken)).toMatchObject({ username: 'admin' });
  });

  it('is verified once', async () => {
    const certificate = await issue({ subject: 'CN=ann' });
    await use(certificate);
    const before = { ...cluster.cluster.store.counters };
    await use(certificate);
    expect(cluster.cluster.store.counters).toEqual(before);
  });
});

describe('a certificate is refused', () => {
  const refusal = (why: string) => [
    expect.stringMatching(/^verifying certificate SN=\d+, SKID=[0-9A-F:]*, AKID=[0-9A-F:]* failed: /),
    expect.stringContaining(why),
  ];
  async function refused(certificate: string, why: string) {
    expect(await use(certificate)).toBe(401);
    // Nor is it nobody's.
    expect((await cluster.call('GET', '/version', { certificate, token: undefined })).status).toBe(401);
    expect(cluster.errors[0]).toEqual(refusal(why)[0]);
    expect(cluster.errors[0]).toEqual(refusal(why)[1]);
  }

  it('after its end, though it was good before', async () => {
    const certificate = await issue({ subject: 'CN=ann' }, { expirationSeconds: 3600 });
    expect(await use(certificate)).toMatchObject({ username: 'ann' });
    cluster.nowMs += 3601_000;
    await refused(
      certificate,
      'x509: certificate has expired or is not yet valid: current time 2026-01-02T04:04:06Z is after 2026-01-02T04:04:05Z',
    );
  });

  it('before its beginning', async () => {
    const certificate = await issue({ subject: 'CN=ann' });
    cluster.nowMs -= 3600_000;
    await refused(certificate, 'current time 2026-01-02T02:04:05Z is before 2026-01-02T02:59:05Z');
  });

  it('of another cluster', async () => {
    const theirs = await ClusterFixture.create();
    await issue({ subject: 'CN=x' });
    const request = atob(await makeRequest({ subject: 'O=system:masters, CN=ann' }));
    await refused(
      await theirs.cluster.certificates.issue({ request, usages }),
      'x509: certificate signed by unknown authority',
    );
  });

  it('where the cluster has signed none, and makes no authority for it', async () => {
    const theirs = await ClusterFixture.create();
    const request = atob(await makeRequest({ subject: 'CN=ann' }));
    await refused(
      await theirs.cluster.certificates.issue({ request, usages }),
      'x509: certificate signed by unknown authority',
    );
    expect(cluster.cluster.certificates.trusted()).toEqual([]);
  });

  it('of a server', async () => {
    const certificate = await issue({ subject: 'CN=ann' }, { usages: ['digital signature', 'server auth'] });
    await refused(certificate, 'x509: certificate specifies an incompatible key usage');
  });

  it('that nobody can read', async () => {
    expect(await use('')).toBe(401);
    expect(cluster.errors).toEqual(['x509: malformed certificate: data truncated']);
  });

  it('and a token beside it counts', async () => {
    expect(await use(atob(await makeCertificate('CN=ann')), cluster.adminToken)).toMatchObject({ username: 'admin' });
    expect(cluster.errors).toEqual([]);
  });

  it('however it is damaged', async () => {
    const certificate = await issue({ subject: 'O=dev, CN=ann' });
    const bytes = Buffer.from(certificate.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= flip;
        expect(await use(damaged.toString('base64'))).toBe(401);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what is signed', () => {
  it.each(['"system:masters"', 'system\\:masters', '#0c0e73797374656d3a6d617374657273', 'a, O=system:masters'])(
    'is the name of the request, to the letter: %j',
    async (name) => {
      const certificate = await issue({ subject: [{ O: [{ utf8String: name }] }, { CN: [{ utf8String: name }] }] });
      expect(await use(certificate)).toMatchObject({ username: name, groups: [name, 'system:authenticated'] });
    },
  );
});
