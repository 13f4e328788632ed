import type { V1Deployment, V1Scale } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aDeployment } from '../harness/pods.ts';
import { aReplicaSet } from '../harness/workloads.ts';

const otherImage = 'registry.example/app:2';

/** The newest template is everywhere, and nothing else is left. */
const isComplete = (t: Conformance, name: string, replicas: number) =>
  t.eventually(`${replicas} replicas of ${name}`, async () => {
    const { metadata, status } = await t.resource(kinds.deployment).get(name);
    return (
      status.observedGeneration === metadata.generation &&
      status.updatedReplicas === replicas &&
      status.replicas === replicas &&
      status.availableReplicas === replicas
    );
  });

const changeImage = (t: Conformance, name: string) =>
  updateLatest(t.resource(kinds.deployment), name, ({ spec }: V1Deployment) => {
    spec!.template.spec!.containers[0]!.image = otherImage;
  });

const setsOf = async (t: Conformance, name: string) =>
  (await t.resource(kinds.replicaSet).list({ labelSelector: `name=${name}` })).items;

conforms('Deployment, completes the scaling of a Deployment subresource', async (t) => {
  const deployments = t.resource(kinds.deployment);
  await deployments.create(aDeployment('scaled', 1));
  await isComplete(t, 'scaled', 1);
  const path = `${deployments.path}/scaled/scale`;
  const scale = await t.api.ask<V1Scale>('GET', path);
  expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 1 } });
  const { resourceVersion: _, ...metadata } = scale.metadata!;
  await t.api.ask('PUT', path, { body: { ...scale, metadata, spec: { replicas: 2 } } });
  expect((await deployments.get('scaled')).spec.replicas).toBe(2);
  await t.api.ask('PATCH', path, {
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { spec: { replicas: 4 } },
  });
  await isComplete(t, 'scaled', 4);
});

conforms('Deployment Recreate', async (t) => {
  const { spec, ...rest } = aDeployment('recreated', 1);
  await t.resource(kinds.deployment).create({ ...rest, spec: { ...spec, strategy: { type: 'Recreate' } } });
  await isComplete(t, 'recreated', 1);
  const [before] = (await t.resource(kinds.pod).list({ labelSelector: 'name=recreated' })).items;
  await changeImage(t, 'recreated');
  await t.eventually('only a new Pod is left', async () => {
    const { items } = await t.resource(kinds.pod).list({ labelSelector: 'name=recreated' });
    expect(items.length, 'Pods of two templates at a time').toBeLessThan(2);
    return items.length === 1 && items[0]!.metadata.uid !== before!.metadata.uid;
  });
  await isComplete(t, 'recreated', 1);
});

conforms('Deployment RollingUpdate', async (t) => {
  const adopted = await t.resource(kinds.replicaSet).create(aReplicaSet('rolled', 1));
  const deployment = aDeployment('rolled', 1);
  deployment.spec.template.spec!.containers[0]!.image = otherImage;
  await t.resource(kinds.deployment).create(deployment);
  await isComplete(t, 'rolled', 1);
  const sets = await setsOf(t, 'rolled');
  expect(sets).toHaveLength(2);
  const old = sets.find(({ metadata }) => metadata.uid === adopted.metadata.uid);
  expect(old).toMatchObject({ spec: { replicas: 0 }, metadata: { ownerReferences: [{ name: 'rolled' }] } });
});

conforms('Deployment RevisionHistoryLimit', async (t) => {
  const { spec, ...rest } = aDeployment('forgets', 1);
  await t.resource(kinds.deployment).create({ ...rest, spec: { ...spec, revisionHistoryLimit: 0 } });
  await isComplete(t, 'forgets', 1);
  await changeImage(t, 'forgets');
  await isComplete(t, 'forgets', 1);
  await t.eventually('no old ReplicaSet is left', async () => (await setsOf(t, 'forgets')).length === 1);
});

conforms('Deployment, status sub-resource', async (t) => {
  const deployments = t.resource(kinds.deployment);
  await deployments.create(aDeployment('status', 1));
  await isComplete(t, 'status', 1);
  const condition = { status: 'True', reason: 'E2E', message: 'Set by a test' };
  await updateLatest(
    deployments,
    'status',
    ({ status }) => status.conditions!.push({ type: 'StatusUpdate', ...condition }),
    'status',
  );
  const patched = await deployments.patch(
    'status',
    { status: { conditions: [{ type: 'StatusPatched', ...condition }] } },
    { subresource: 'status' },
  );
  expect(patched.status.conditions).toMatchObject([{ type: 'StatusPatched' }]);
});
