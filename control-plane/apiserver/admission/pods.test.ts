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
});
