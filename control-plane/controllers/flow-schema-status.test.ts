import { expect, test } from 'vitest';
import type { FlowSchema } from '../../shared/api/object.ts';
import flowSchemaStatus from './flow-schema-status.ts';
import { startTestCluster } from './testing/test-cluster.ts';

const group = 'flowcontrol.apiserver.k8s.io';
const schemas = `flowschemas.${group}`;
const levels = `prioritylevelconfigurations.${group}`;
const apiVersion = `${group}/v1`;
const limited = { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } };
const named = 'This FlowSchema references the PriorityLevelConfiguration object named "mine"';

test('a schema says whether its priority level exists, and is written when that changes', async () => {
  const cluster = await startTestCluster();
  cluster.startControllers([flowSchemaStatus]);
  const read = async () => (await cluster.get<FlowSchema>(schemas, 'one', ''))!;
  const condition = async () => (await read()).status?.conditions;
  const spec = { priorityLevelConfiguration: { name: 'mine' }, rules: [] };
  await cluster.create(schemas, { apiVersion, metadata: { name: 'one' }, spec });
  await cluster.settle();
  const [dangling] = (await condition()) ?? [];
  expect(dangling).toMatchObject({
    type: 'Dangling',
    status: 'True',
    reason: 'NotFound',
    message: `${named} but there is no such object`,
  });
  expect(dangling?.lastTransitionTime).toBeDefined();

  const key = { resource: levels, namespace: '', name: 'mine' };
  await cluster.create(levels, { apiVersion, metadata: { name: 'mine' }, spec: limited });
  await cluster.settle();
  const found = [{ type: 'Dangling', status: 'False', reason: 'Found', message: `${named} and it exists` }];
  expect(await condition()).toMatchObject(found);

  const { resourceVersion } = (await read()).metadata;
  await cluster.write({ verb: 'patch', key, patch: { metadata: { labels: { a: 'b' } } } });
  await cluster.create(schemas, { apiVersion, metadata: { name: 'two' }, spec });
  await cluster.settle();
  expect((await read()).metadata.resourceVersion).toBe(resourceVersion);

  await cluster.write({ verb: 'delete', key });
  await cluster.settle();
  expect(await condition()).toEqual([dangling]);
});
