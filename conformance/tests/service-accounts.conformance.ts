import type { V1TokenReview } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod } from '../harness/pods.ts';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

conforms('RootCA ConfigMap test', async (t) => {
  const configMaps = t.resource(kinds.configMap);
  const name = 'kube-root-ca.crt';
  const authorities = () =>
    t.eventually('the authorities are published', async () => (await configMaps.get(name)).data['ca.crt']);
  const first = await authorities();
  await configMaps.delete(name, { gracePeriodSeconds: 0 });
  expect(await authorities()).toBe(first);
  await configMaps.update({ metadata: { name }, data: { 'ca.crt': '' } });
  expect(await authorities()).toBe(first);
});

conforms('Service account tokens auto mount optionally', async (t) => {
  const accounts = t.resource(kinds.serviceAccount);
  await accounts.create({ metadata: { name: 'mount' }, automountServiceAccountToken: true });
  await accounts.create({ metadata: { name: 'nomount' }, automountServiceAccountToken: false });
  for (const [serviceAccountName, automountServiceAccountToken, isMounted] of [
    ['default', undefined, true],
    ['mount', undefined, true],
    ['nomount', undefined, false],
    ['default', true, true],
    ['mount', true, true],
    ['nomount', true, true],
    ['default', false, false],
    ['mount', false, false],
    ['nomount', false, false],
  ] as const) {
    const name = `${serviceAccountName}-${automountServiceAccountToken ?? 'unsaid'}`;
    const spec = { serviceAccountName, automountServiceAccountToken };
    const pod = await t.resource(kinds.pod).create(aPod(name, spec));
    const mounts = pod.spec.containers[0]?.volumeMounts ?? [];
    expect(
      mounts.map((mount) => mount.mountPath),
      name,
    ).toEqual(isMounted ? [mountPath] : []);
  }
});

conforms('ServiceAccount lifecycle test', async (t) => {
  const accounts = t.resource(kinds.serviceAccount);
  const labels = { 'test-serviceaccount-static': t.namespace };
  const labelSelector = `test-serviceaccount-static=${t.namespace}`;
  const name = 'testserviceaccount';
  const created = await accounts.create({ metadata: { name, labels } });
  expect((await accounts.get(name)).metadata.uid).toBe(created.metadata.uid);
  const watch = await accounts.watch({ labelSelector, timeoutSeconds: 60 });
  await watch.until('ADDED');

  const patched = await accounts.patch(name, { automountServiceAccountToken: false }, { type: 'strategic' });
  expect(BigInt(patched.metadata.resourceVersion)).toBeGreaterThan(BigInt(created.metadata.resourceVersion));
  await watch.until('MODIFIED');
  const { items } = await t.resource(kinds.serviceAccount, '').list({ labelSelector });
  expect(items.map((account) => [account.metadata.namespace, account.automountServiceAccountToken])).toEqual([
    [t.namespace, false],
  ]);

  await accounts.deleteCollection();
  await watch.until('DELETED');
});

conforms('ServiceAccount, update a ServiceAccount', async (t) => {
  const accounts = t.resource(kinds.serviceAccount);
  const created = await accounts.create({ metadata: { name: 'changed' }, automountServiceAccountToken: false });
  expect(created.automountServiceAccountToken).toBe(false);
  const updated = await accounts.update({ ...created, automountServiceAccountToken: true });
  expect(updated.automountServiceAccountToken).toBe(true);
});

conforms('ServiceAccount, create and review token', async (t) => {
  const accounts = t.resource(kinds.serviceAccount);
  await accounts.create({ metadata: { name: 'speaker' } });
  const { status } = await t.api.ask<{ status: { token: string } }>('POST', `${accounts.path}/speaker/token`, {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  });
  expect(status.token).not.toBe('');
  const review = await t.api.ask<V1TokenReview>('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: status.token } },
  });
  expect(review.status).toMatchObject({
    authenticated: true,
    user: { username: `system:serviceaccount:${t.namespace}:speaker` },
  });
  expect(review.status?.error).toBeUndefined();
});
