import { beforeEach, describe, expect, it } from 'vitest';
import { makeCertificate, makeRequest, type RequestOptions } from '../../shared/certificates/testing/make-request.ts';
import { ClusterFixture } from './testing/fixture.ts';

const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const signerName = 'example.com/signer';
const approved = { type: 'Approved', status: 'True', reason: 'Fine', message: 'looks good' };

let cluster: ClusterFixture;
beforeEach(async () => {
  cluster = await ClusterFixture.create();
});

async function ask(spec: object = {}, options: RequestOptions & { token?: string } = {}) {
  const { token, ...request } = options;
  const body = {
    metadata: { generateName: 'csr-' },
    spec: { request: await makeRequest(request), signerName, usages: ['client auth'], ...spec },
  };
  return cluster.call('POST', path, { body, ...(token ? { token } : {}) });
}

const put = (object: { metadata: { name: string } }, subresource: string, status: object, token?: string) =>
  cluster.call('PUT', `${path}/${object.metadata.name}/${subresource}`, {
    body: { ...object, metadata: { ...object.metadata, resourceVersion: undefined }, status },
    ...(token ? { token } : {}),
  });

describe('requests for certificates', () => {
  it('say who asks, whatever the request says, and are not approved by asking', async () => {
    const { status, json } = await ask({ username: 'root', groups: ['x'], extra: { a: ['b'] } });
    expect(status).toBe(201);
    expect(json.spec).toMatchObject({ username: 'admin', groups: ['system:masters', 'system:authenticated'] });
    expect(json.spec).not.toHaveProperty('extra');
    expect(json.status).toEqual({});
  });

  it.each(['ECDSA', 'RSA'] as const)('are signed with the key that they hold: %s', async (algorithm) => {
    expect((await ask({}, { algorithm })).status).toBe(201);
    const text = atob(await makeRequest({ algorithm }));
    // The last bytes are the signature's.
    const spoiled = btoa(text.replace(/(.{8})(==?)?\n-----END/, (_all, _end, pad = '') => `AAAAAAAA${pad}\n-----END`));
    const refused = await ask({ request: spoiled });
    expect(refused.json.message, refused.text).toMatch(/is invalid: spec.request: Invalid value: (x509|data|tags|inv)/);
  });

  it.each([
    [{ usages: [] }, 'spec.usages: Required value'],
    [{ usages: ['flying'] }, 'spec.usages[0]: Unsupported value: "flying": supported values: "any", "cert sign"'],
    [{ usages: ['any', 'any'] }, 'spec.usages[1]: Duplicate value: "any"'],
    [{ expirationSeconds: 599 }, 'may not specify a duration less than 600 seconds (10 minutes)'],
    [{ signerName: '' }, 'spec.signerName: Required value'],
    [{ signerName: 'signer' }, "must be a fully qualified domain and path of the form 'example.com/signer-name'"],
    [{ signerName: 'com/s' }, 'spec.signerName: Invalid value: "com": should be a domain with at least two segments'],
    [
      { signerName: 'A.b/s' },
      'spec.signerName: Invalid value: "A.b": validating label "A": a lowercase RFC 1123 label',
    ],
    [{ signerName: 'kubernetes.io/legacy-unknown' }, 'the legacy signerName is not allowed via this API version'],
    [{ request: btoa('x') }, 'spec.request: Invalid value: PEM block type must be CERTIFICATE REQUEST'],
  ])('with %j are refused', async (spec, message) => {
    const { status, json } = await ask(spec);
    expect([status, json.message]).toEqual([422, expect.stringContaining(message)]);
  });

  it('for an administrator are refused by the signer of clients', async () => {
    const { status, json } = await ask(
      { signerName: 'kubernetes.io/kube-apiserver-client' },
      { subject: 'O=system:masters, CN=me' },
    );
    expect([status, json.message]).toEqual([
      403,
      expect.stringMatching(
        /^certificatesigningrequests.certificates.k8s.io "csr-.*" is forbidden: use of kubernetes.io\/kube-apiserver-client signer with system:masters group is not allowed$/,
      ),
    ]);
  });

  it('do not change; their labels do', async () => {
    const { json } = await ask();
    const body = {
      ...json,
      metadata: { ...json.metadata, labels: { a: 'b' } },
      spec: { ...json.spec, signerName: 'other.example/x' },
      status: { conditions: [approved] },
    };
    const updated = (await cluster.call('PUT', `${path}/${json.metadata.name}`, { body })).json;
    expect([updated.metadata.labels, updated.spec.signerName, updated.status]).toEqual([{ a: 'b' }, signerName, {}]);
  });
});

describe('a decision', () => {
  it('is made once, through approval alone, and stamped', async () => {
    const { json } = await ask();
    expect((await put(json, 'status', { conditions: [approved] })).json.message).toContain(
      'status.conditions: Forbidden: updates may not add a condition of type "Approved"',
    );
    const certificate = await makeCertificate('CN=x');
    const decided = await put(json, 'approval', { conditions: [approved], certificate });
    expect(decided.json.status).toEqual({
      conditions: [{ ...approved, lastUpdateTime: '2026-01-02T03:04:05Z', lastTransitionTime: '2026-01-02T03:04:05Z' }],
    });
    expect((await put(json, 'approval', { conditions: [] })).json.message).toContain(
      'updates may not remove a condition of type "Approved"',
    );
    const denied = { ...approved, type: 'Denied' };
    expect((await put(json, 'approval', { conditions: [approved, denied] })).json.message).toContain(
      'Approved and Denied conditions are mutually exclusive',
    );
    expect((await put(json, 'approval', { conditions: [{ ...approved, status: 'False' }] })).json.message).toContain(
      'status.conditions[0].status: Unsupported value: "False": supported values: "True"',
    );
  });

  it('is followed by a certificate, which stays', async () => {
    const { json } = await ask();
    const { conditions } = (await put(json, 'approval', { conditions: [approved] })).json.status;
    const certificate = await makeCertificate('CN=x');
    for (const [content, why] of [
      ['nothing', 'must contain at least one CERTIFICATE PEM block'],
      [atob(await makeRequest()), 'only CERTIFICATE PEM blocks are allowed, found "CERTIFICATE REQUEST"'],
    ] as const) {
      const { json: refused } = await put(json, 'status', { conditions, certificate: btoa(content) });
      expect(refused.message).toContain(`status.certificate: Invalid value: "<certificate data>": ${why}`);
    }
    expect((await put(json, 'status', { conditions, certificate })).json.status.certificate).toBe(certificate);
    const another = await put(json, 'status', { conditions, certificate: await makeCertificate('CN=y') });
    expect(another.json.message).toContain('updates may not modify existing certificate content');
  });

  it('takes a role for the signer', async () => {
    const roles = '/apis/rbac.authorization.k8s.io/v1';
    const rules = [
      {
        apiGroups: ['certificates.k8s.io'],
        resources: ['approval', 'status'].map((part) => `certificatesigningrequests/${part}`),
        verbs: ['update'],
      },
      { apiGroups: ['certificates.k8s.io'], resources: ['signers'], resourceNames: ['other.io/*'], verbs: ['approve'] },
    ];
    await cluster.call('POST', `${roles}/clusterroles`, { body: { metadata: { name: 'approver' }, rules } });
    await cluster.call('POST', `${roles}/clusterrolebindings`, {
      body: {
        metadata: { name: 'approver' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'approver' },
        subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'ann' }],
      },
    });
    const token = await cluster.cluster.credentials.issue({ name: 'ann', groups: ['system:authenticated'] });
    const [mine, theirs] = [(await ask({ signerName: 'other.io/s' })).json, (await ask()).json];
    expect((await put(mine, 'approval', { conditions: [approved] }, token)).status).toBe(200);
    const { status, json } = await put(theirs, 'approval', { conditions: [approved] }, token);
    expect([status, json.message]).toEqual([
      403,
      expect.stringContaining('user not permitted to approve requests with signerName "example.com/signer"'),
    ]);
    const certificate = await makeCertificate('CN=x');
    const conditions = [approved];
    expect((await put(mine, 'status', { conditions, certificate }, token)).json.message).toContain(
      'user not permitted to sign requests with signerName "other.io/s"',
    );
  });
});
