import { expect } from 'vitest';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';

interface Review {
  status: { allowed: boolean };
}

conforms('SubjectReview, API Operations', async (t) => {
  const account = await t.resource(kinds.serviceAccount).create({ metadata: { name: 'reviewed' } });
  const user = `system:serviceaccount:${t.namespace}:${account.metadata.name}`;
  const headers = { 'impersonate-user': user };
  const listConfigMaps = async () =>
    (await t.api.send('GET', `/api/v1/namespaces/${t.namespace}/configmaps`, { headers })).status;

  const resourceAttributes = { verb: 'list', version: 'v1', resource: 'configmaps', namespace: t.namespace };
  const spec = { user, groups: ['system:authenticated'], resourceAttributes };
  const ask = (path: string, body: object) =>
    t.api.ask<Review>('POST', `/apis/authorization.k8s.io/v1/${path}`, { body });

  const anywhere = await ask('subjectaccessreviews', { spec });
  expect(anywhere.status.allowed).toBe(false);
  expect(await listConfigMaps()).toBe(403);

  const local = `namespaces/${t.namespace}/localsubjectaccessreviews`;
  expect((await ask(local, { metadata: { namespace: t.namespace }, spec })).status.allowed).toBe(false);

  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${t.namespace}/rolebindings`;
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
  const subjects = [{ kind: 'ServiceAccount', name: account.metadata.name, namespace: t.namespace }];
  await t.api.ask('POST', rbac, { body: { metadata: { name: 'may-view' }, roleRef, subjects } });
  expect((await ask('subjectaccessreviews', { spec })).status.allowed).toBe(true);
  expect((await ask(local, { metadata: { namespace: t.namespace }, spec })).status.allowed).toBe(true);
  expect(await listConfigMaps()).toBe(200);
});
