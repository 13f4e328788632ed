import { generateKeyPairSync, sign } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { makeRequest } from '../../shared/certificates/testing/make-request.ts';
import { ClusterFixture } from './testing/fixture.ts';

const path = '/apis/certificates.k8s.io/v1/namespaces/default/podcertificaterequests';
const podUID = '6b1a3c5e-0000-4000-8000-000000000001';

let fixture: ClusterFixture;
beforeEach(async () => {
  fixture = await ClusterFixture.create();
});

const request = (key: object, name = 'a') => ({
  metadata: { name },
  spec: {
    signerName: 'example.com/pods',
    ...{ podName: 'p', podUID, serviceAccountName: 'default', serviceAccountUID: 'u', nodeName: 'n', nodeUID: 'v' },
    ...key,
  },
});

/** A key by itself, and the proof that somebody has it. */
function bareKey(signed = podUID) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    pkixPublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    proofOfPossession: sign(null, Buffer.from(signed), privateKey).toString('base64'),
  };
}

const create = (body: object) => fixture.call('POST', path, { body });
const setStatus = (status: object) =>
  fixture.call('PATCH', `${path}/a/status`, {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { status },
  });
const causes = ({ json }: { json?: { details?: { causes?: { field: string; message: string }[] } } }) =>
  json?.details?.causes?.map(({ field, message }) => `${field}: ${message}`);

it('takes a key with proof that it is had, in either form', async () => {
  expect(await create(request(bareKey()))).toMatchObject({
    status: 201,
    json: { spec: { maxExpirationSeconds: 86_400 }, status: {} },
  });
  const pem = atob(await makeRequest());
  const stubPKCS10Request = pem.replace(/-----[^-]+-----|\s/g, '');
  expect((await create(request({ stubPKCS10Request }, 'b'))).status).toBe(201);
});

it('refuses one without', async () => {
  expect(causes(await create(request(bareKey('somebody else'))))).toEqual([
    'spec.proofOfPossession: Invalid value: could not verify proof-of-possession signature',
  ]);
  expect(causes(await create(request({ stubPKCS10Request: 'AAAA' })))).toEqual([
    'spec.stubPKCS10Request: Invalid value: must be a valid PKCS#10 CSR',
  ]);
  expect(causes(await create(request({})))).toEqual([
    'spec: Invalid value: exactly one of (stubPKCS10Request) or (pkixPublicKey, proofOfPossession) must be set',
  ]);
});

it('ends once, in one way', async () => {
  await create(request(bareKey()));
  const condition = (type: string) => {
    const lastTransitionTime = '2026-01-01T00:00:00Z';
    return { conditions: [{ type, status: 'True', reason: 'Test', message: '', lastTransitionTime }] };
  };
  expect(causes(await setStatus(condition('Ignored')))).toEqual([
    'status.conditions[0].type: Unsupported value: "Ignored": supported values: "Issued", "Denied", "Failed"',
  ]);
  expect(causes(await setStatus(condition('Issued')))).toContain(
    'status.notAfter: Required value: must be present and consistent with the issued certificate',
  );
  expect((await setStatus(condition('Denied'))).status).toBe(200);
  expect(causes(await setStatus(condition('Failed')))).toEqual([
    'status: Invalid value: immutable after PodCertificateRequest is issued, denied, or failed',
  ]);
});
