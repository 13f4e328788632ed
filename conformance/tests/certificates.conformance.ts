import { expect } from 'vitest';
import { makeCertificate, makeRequest } from '../../shared/certificates/testing/make-request.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { gone } from '../harness/wait.ts';

conforms('CertificateSigningRequest API', async (t) => {
  const group = 'certificates.k8s.io';
  const { groups } = await t.api.ask<{ groups: { name: string; versions: { version: string }[] }[] }>('GET', '/apis');
  expect(groups.find(({ name }) => name === group)?.versions.map(({ version }) => version)).toContain('v1');
  const own = await t.api.ask<{ versions: { version: string }[] }>('GET', `/apis/${group}`);
  expect(own.versions.map(({ version }) => version)).toContain('v1');
  const { resources } = await t.api.ask<{ resources: { name: string }[] }>('GET', `/apis/${group}/v1`);
  const plural = 'certificatesigningrequests';
  expect(resources.map(({ name }) => name)).toEqual(
    expect.arrayContaining([plural, `${plural}/approval`, `${plural}/status`]),
  );

  const requests = t.resource(kinds.certificateSigningRequest);
  const signerName = `example.com/${t.namespace}`;
  const fieldSelector = `spec.signerName=${signerName}`;
  const usages = ['digital signature', 'key encipherment', 'server auth'];
  const names = [{ type: 'dns' as const, value: 'e2e.example.com' }];
  const request = await makeRequest({ subject: 'CN=e2e.example.com', names });
  const spec = { request, signerName, expirationSeconds: 3600, usages };
  const create = () => requests.create({ metadata: { generateName: 'e2e-example-csr-' }, spec });
  await create();
  await create();
  const created = await create();
  t.cleanUp(() => requests.deleteCollection({ fieldSelector }));
  const { name } = created.metadata;

  const found = await requests.get(name);
  expect([found.metadata.uid, found.spec.expirationSeconds]).toEqual([created.metadata.uid, 3600]);
  const list = await requests.list({ fieldSelector });
  expect(list.items).toHaveLength(3);

  const { resourceVersion } = list.metadata;
  const watch = await requests.watch({ resourceVersion, fieldSelector: `metadata.name=${name}` });
  const patched = await requests.patch(name, { metadata: { annotations: { patched: 'true' } } });
  expect(BigInt(patched.metadata.resourceVersion)).toBeGreaterThan(BigInt(found.metadata.resourceVersion));
  const annotations = { ...patched.metadata.annotations, updated: 'true' };
  const updated = await requests.update({ ...patched, metadata: { ...patched.metadata, annotations } });
  expect(updated.metadata.annotations).toEqual({ patched: 'true', updated: 'true' });
  await watch.until('MODIFIED', ({ metadata }) => metadata.annotations?.patched === 'true');

  expect(await requests.get(name, 'approval')).toMatchObject({
    apiVersion: `${group}/v1`,
    kind: 'CertificateSigningRequest',
    metadata: { uid: created.metadata.uid },
  });
  const noted = await requests.patch(
    name,
    {
      metadata: { annotations: { patchedapproval: 'true' } },
      status: { conditions: [{ type: 'ApprovalPatch', status: 'True', reason: 'e2e' }] },
    },
    { subresource: 'approval' },
  );
  expect(noted.status.conditions?.map(({ type }) => type)).toEqual(['ApprovalPatch']);
  expect(noted.metadata.annotations).toHaveProperty('patchedapproval', 'true');
  const approved = { type: 'Approved', status: 'True', reason: 'E2E', message: 'Set from a test' };
  const conditions = [...(noted.status.conditions ?? []), approved];
  const decided = await requests.update({ ...noted, status: { conditions } }, { subresource: 'approval' });
  expect(decided.status.conditions?.map(({ type }) => type)).toEqual(['ApprovalPatch', 'Approved']);

  expect((await requests.get(name, 'status')).metadata.uid).toBe(created.metadata.uid);
  const certificate = await makeCertificate('CN=e2e.example.com');
  const issued = await requests.patch(
    name,
    { metadata: { annotations: { patchedstatus: 'true' } }, status: { certificate } },
    { subresource: 'status' },
  );
  expect(issued.status.certificate).toBe(certificate);
  expect(issued.metadata.annotations).toHaveProperty('patchedstatus', 'true');
  const more = { type: 'StatusUpdate', status: 'True', reason: 'E2E', message: 'Set from a test' };
  const status = { ...issued.status, conditions: [...(issued.status.conditions ?? []), more] };
  const last = await requests.update({ ...issued, status }, { subresource: 'status' });
  expect(last.status.conditions?.at(-1)).toMatchObject(more);

  await requests.delete(name);
  await gone('the request', () => requests.get(name));
  expect((await requests.list({ fieldSelector })).items).toHaveLength(2);
  await requests.deleteCollection({ fieldSelector });
  expect((await requests.list({ fieldSelector })).items).toEqual([]);
});
