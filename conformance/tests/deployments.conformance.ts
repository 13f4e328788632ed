import type { V1Deployment, V1ReplicaSet } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { absentImage, aDeployment } from '../harness/pods.ts';
import type { Served } from '../harness/resource.ts';
import { hasStatusOfItsOwn, patchScale, updateScale } from '../harness/workload-steps.ts';
import { aReplicaSet } from '../harness/workloads.ts';

const otherImage = 'registry.example/app:2';
const thirdImage = 'registry.example/app:3';
const revision = 'deployment.kubernetes.io/revision';

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

const changeImage = (t: Conformance, name: string, image = otherImage) =>
  updateLatest(t.resource(kinds.deployment), name, ({ spec }: V1Deployment) => {
    spec!.template.spec!.containers[0]!.image = image;
  });

const imageOf = ({ spec }: V1Deployment | V1ReplicaSet) => spec?.template?.spec?.containers[0]?.image;

/** Sizes by image of the ReplicaSets' Pods: wanted, there, and available. */
const sizesAre = (t: Conformance, name: string, wanted: Record<string, readonly [number, number, number]>) =>
  t.eventually(`ReplicaSets ${JSON.stringify(wanted)} of ${name}`, async () => {
    const sets = await setsOf(t, name);
    const sizes = sets.map(({ spec, status }) => [spec.replicas, status.replicas, status.availableReplicas ?? 0]);
    expect(Object.fromEntries(sets.map((set, index) => [imageOf(set), sizes[index]]))).toEqual(wanted);
    return true;
  });

const setsOf = async (t: Conformance, name: string) =>
  (await t.resource(kinds.replicaSet).list({ labelSelector: `name=${name}` })).items;

conforms('Deployment, completes the scaling of a Deployment subresource', async (t) => {
  const deployments = t.resource(kinds.deployment);
  await deployments.create(aDeployment('scaled', 1));
  await isComplete(t, 'scaled', 1);
  await updateScale(t, deployments, 'scaled', 2);
  await patchScale(deployments, 'scaled', 4);
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

conforms('Deployment Rollover', async (t) => {
  await t.resource(kinds.replicaSet).create(aReplicaSet('rollover', 1));
  const { spec, ...rest } = aDeployment('rollover', 1, { container: { image: absentImage } });
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
  await t.resource(kinds.deployment).create({ ...rest, spec: { ...spec, strategy, minReadySeconds: 1 } });
  await sizesAre(t, 'rollover', { 'registry.example/app:1': [1, 1, 1], [absentImage]: [1, 1, 0] });
  expect((await t.resource(kinds.deployment).get('rollover')).metadata.annotations).toMatchObject({ [revision]: '1' });

  // The rollout is stuck; another one takes its place.
  await changeImage(t, 'rollover');
  await isComplete(t, 'rollover', 1);
  expect((await t.resource(kinds.deployment).get('rollover')).metadata.annotations).toMatchObject({ [revision]: '2' });
  await sizesAre(t, 'rollover', {
    'registry.example/app:1': [0, 0, 0],
    [absentImage]: [0, 0, 0],
    [otherImage]: [1, 1, 1],
  });
});

conforms('Deployment Proportional Scaling', async (t) => {
  const { spec, ...rest } = aDeployment('proportional', 10);
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } };
  await t.resource(kinds.deployment).create({ ...rest, spec: { ...spec, strategy } });
  await isComplete(t, 'proportional', 10);
  await changeImage(t, 'proportional', absentImage);
  await sizesAre(t, 'proportional', { 'registry.example/app:1': [8, 8, 8], [absentImage]: [5, 5, 0] });
  expect((await t.resource(kinds.deployment).get('proportional')).status.availableReplicas).toBe(8);

  await t.resource(kinds.deployment).patch('proportional', { spec: { replicas: 30 } });
  // 20 more, at 8 to 5.
  await sizesAre(t, 'proportional', { 'registry.example/app:1': [20, 20, 20], [absentImage]: [13, 13, 0] });
});

conforms('Deployment RevisionHistoryLimit', async (t) => {
  const { spec, ...rest } = aDeployment('forgets', 1);
  await t.resource(kinds.deployment).create({ ...rest, spec: { ...spec, revisionHistoryLimit: 0 } });
  await isComplete(t, 'forgets', 1);
  await changeImage(t, 'forgets');
  await isComplete(t, 'forgets', 1);
  await t.eventually('no old ReplicaSet is left', async () => (await setsOf(t, 'forgets')).length === 1);
});

conforms('Deployment, completes the lifecycle of a Deployment', async (t) => {
  const deployments = t.resource(kinds.deployment);
  const labelSelector = 'name=lifecycle';
  const { metadata: list } = await t.resource(kinds.deployment, '').list({ labelSelector });
  const watch = await deployments.watch({ labelSelector, resourceVersion: list.resourceVersion });
  const isAt = (replicas: number, image: string, { status, ...deployment }: Served<V1Deployment>) =>
    status.readyReplicas === replicas &&
    status.updatedReplicas === replicas &&
    (status.unavailableReplicas ?? 0) === 0 &&
    imageOf(deployment) === image;

  const first = aDeployment('lifecycle', 2, { terminationGracePeriodSeconds: 1 });
  const created = await deployments.create(first);
  await watch.until('ADDED');
  await watch.until('MODIFIED', ({ status }) => status.readyReplicas === 2);

  const container = { name: 'main', image: otherImage };
  const template = { spec: { terminationGracePeriodSeconds: 2, containers: [container] } };
  const patch = { metadata: { labels: { step: 'patched' } }, spec: { replicas: 1, template } };
  const patched = await deployments.patch('lifecycle', patch, { type: 'strategic' });
  expect(BigInt(patched.metadata.resourceVersion)).toBeGreaterThan(BigInt(created.metadata.resourceVersion));
  const shrunk = await watch.until('MODIFIED', (deployment) => isAt(1, otherImage, deployment));
  expect(shrunk.spec.template.spec?.terminationGracePeriodSeconds).toBe(2);
  const { items } = await t.resource(kinds.deployment, '').list({ labelSelector });
  expect(items.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`)).toContain(
    `${t.namespace}/lifecycle`,
  );

  const { metadata, ...second } = aDeployment('lifecycle', 2, { container: { image: thirdImage } });
  await deployments.update({ ...second, metadata: { ...metadata, labels: { ...metadata.labels, step: 'updated' } } });
  const updated = await deployments.get('lifecycle', 'status');
  expect([imageOf(updated), updated.metadata.labels?.step]).toEqual([thirdImage, 'updated']);
  await watch.until('MODIFIED', (deployment) => isAt(2, thirdImage, deployment));

  const nothing = { status: { readyReplicas: 0, availableReplicas: 0 } };
  await deployments.patch('lifecycle', nothing, { type: 'strategic', subresource: 'status' });
  await watch.until('MODIFIED', ({ status }) => !status.readyReplicas && !status.availableReplicas);
  await deployments.get('lifecycle', 'status');
  // The controller knows better.
  await watch.until('MODIFIED', (deployment) => isAt(2, thirdImage, deployment));
  await deployments.deleteCollection({ labelSelector }, { gracePeriodSeconds: 1 });
  await watch.until('DELETED');
});

conforms('Deployment, status sub-resource', async (t) => {
  const deployments = t.resource(kinds.deployment);
  await deployments.create(aDeployment('status', 1));
  await isComplete(t, 'status', 1);
  await hasStatusOfItsOwn(deployments, 'status');
});
