import { beforeEach, describe, expect, test } from 'vitest';
import type { Pod } from '../../../shared/api/object.ts';
import { RegistryFixture, refusal } from '../registry/testing/fixture.ts';
import { testKinds } from '../registry/testing/kinds.ts';
import { pod } from '../registry/testing/objects.ts';

let cluster: RegistryFixture;
beforeEach(() => {
  cluster = new RegistryFixture(testKinds);
  cluster.create('namespaces', { metadata: { name: 'default' } });
});

describe('admission of Pods', () => {
  test('fills in account, priority and tolerations', () => {
    const { spec } = cluster.create('pods', pod('p1')).body as Pod;
    expect(spec).toMatchObject({
      serviceAccountName: 'default',
      serviceAccount: 'default',
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
        { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      ],
    });
    const tolerant = { tolerations: [{ operator: 'Exists' }] };
    expect((cluster.create('pods', pod('p2', tolerant)).body as Pod).spec?.tolerations).toEqual(tolerant.tolerations);
  });

  test('an account that is named must exist', () => {
    const body = pod('b', { serviceAccountName: 'nope' });
    expect(refusal(() => cluster.create('pods', body)).toStatus()).toMatchObject({
      code: 403,
      message: 'pods "b" is forbidden: error looking up service account default/nope: serviceaccount "nope" not found',
      details: { name: 'b', kind: 'pods' },
    });
    cluster.create('serviceaccounts', { metadata: { name: 'nope' } });
    expect(cluster.create('pods', body).code).toBe(201);
  });

  describe('with the token of their account', () => {
    const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
    const specOf = (name: string, spec: object = {}) => (cluster.create('pods', pod(name, spec)).body as Pod).spec!;
    const account = (name: string, more: object = {}) =>
      cluster.create('serviceaccounts', { metadata: { name }, ...more });

    test('have a volume of it in every container', () => {
      const container = { name: 'a', image: 'i' };
      const elsewhere = { name: 'own', mountPath };
      const spec = specOf('p', {
        initContainers: [{ ...container, name: 'i' }],
        containers: [container, { ...container, name: 'b', volumeMounts: [elsewhere] }],
        volumes: [{ name: 'own', emptyDir: {} }],
      });
      const [, volume] = spec.volumes ?? [];
      expect(volume).toEqual({
        name: expect.stringMatching(/^kube-api-access-[a-z0-9]{5}$/),
        projected: {
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            {
              downwardAPI: {
                items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
              },
            },
          ],
          defaultMode: 420,
        },
      });
      const mount = { name: volume?.name, readOnly: true, mountPath };
      expect(spec.containers.map(({ volumeMounts }) => volumeMounts)).toEqual([[mount], [elsewhere]]);
      expect(spec.initContainers?.[0]?.volumeMounts).toEqual([mount]);
    });

    test.each([
      [undefined, undefined, true],
      [false, undefined, false],
      [false, true, true],
      [true, false, false],
    ])('or not: account %s, Pod %s', (accountSays, podSays, isMounted) => {
      account('chooser', { automountServiceAccountToken: accountSays });
      const spec = specOf('p', { serviceAccountName: 'chooser', automountServiceAccountToken: podSays });
      expect(spec.volumes?.length ?? 0).toBe(isMounted ? 1 : 0);
    });

    test('have the pull Secrets of the account unless they name some', () => {
      account('puller', { imagePullSecrets: [{ name: 'one' }, { name: 'two' }] });
      const named = { imagePullSecrets: [{ name: 'own' }] };
      expect(specOf('p', { serviceAccountName: 'puller' }).imagePullSecrets).toEqual([
        { name: 'one' },
        { name: 'two' },
      ]);
      expect(specOf('q', { serviceAccountName: 'puller', ...named }).imagePullSecrets).toEqual(named.imagePullSecrets);
    });

    test('use only the Secrets that an account lists which wants it so', () => {
      const metadata = { name: 'strict', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } };
      cluster.create('serviceaccounts', { metadata, secrets: [{ name: 'listed' }] });
      const secretKeyRef = (name: string) => ({
        env: [{ name: 'E', valueFrom: { secretKeyRef: { name, key: 'k' } } }],
      });
      const container = (more: object) => ({ containers: [{ name: 'a', image: 'i', ...more }] });
      const attempt = (spec: object) => cluster.create('pods', pod('p', { serviceAccountName: 'strict', ...spec }));
      const why = 'is not allowed because service account strict does not reference that';
      for (const [spec, message] of [
        [
          { volumes: [{ name: 'v', secret: { secretName: 'other' } }] },
          `volume with secret.secretName="other" ${why} secret`,
        ],
        [
          container(secretKeyRef('other')),
          `container a with envVar E referencing secret.secretName="other" ${why} secret`,
        ],
        [
          container({ envFrom: [{ secretRef: { name: 'other' } }] }),
          `container a with envFrom referencing secret.secretName="other" ${why} secret`,
        ],
        [{ imagePullSecrets: [{ name: 'other' }] }, `imagePullSecrets[0].name="other" ${why} imagePullSecret`],
      ] as const) {
        expect(refusal(() => attempt(spec)).message).toBe(`pods "p" is forbidden: ${message}`);
      }
      expect(attempt(container(secretKeyRef('listed'))).code).toBe(201);
    });
  });
});
