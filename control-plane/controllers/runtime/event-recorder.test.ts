import { beforeEach, expect, test } from 'vitest';
import type { Event, KubernetesObject } from '../../../shared/api/object.ts';
import type { ClusterClient } from '../../client.ts';
import { startTestCluster, type TestCluster } from '../testing/test-cluster.ts';
import type { EventRecorder } from './controller.ts';
import { createEventRecorder } from './event-recorder.ts';

let cluster: TestCluster;
let recorder: EventRecorder;
let object: KubernetesObject;
beforeEach(async () => {
  cluster = await startTestCluster();
  recorder = createEventRecorder(cluster);
  object = await cluster.create('configmaps', { metadata: { name: 'c' } });
});

const say = (message: string, about = object) =>
  recorder.record({ object: about, type: 'Normal', reason: 'Said', message, component: 'tester' });
const stored = () => cluster.list<Event>('events');

test('an event as Kubernetes writes it', async () => {
  say('hello');
  await recorder.flush();
  const { uid, resourceVersion } = object.metadata;
  expect(await stored()).toEqual([
    expect.objectContaining({
      involvedObject: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'c', uid, resourceVersion },
      reason: 'Said',
      message: 'hello',
      type: 'Normal',
      source: { component: 'tester' },
      reportingComponent: 'tester',
      count: 1,
      firstTimestamp: '2026-01-02T03:04:05Z',
      lastTimestamp: '2026-01-02T03:04:05Z',
    }),
  ]);
  expect((await stored())[0]?.metadata.name).toMatch(/^c\.[0-9a-f]{16}$/);
});

test('the same again counts up one object', async () => {
  say('hello');
  await recorder.flush();
  cluster.nowMs += 60_000;
  for (let n = 0; n < 3; n++) say('hello');
  await recorder.flush();
  expect(await stored()).toEqual([
    expect.objectContaining({
      count: 4,
      firstTimestamp: '2026-01-02T03:04:05Z',
      lastTimestamp: '2026-01-02T03:05:05Z',
    }),
  ]);
});

test('one that has expired meanwhile is made anew', async () => {
  say('hello');
  await recorder.flush();
  const [{ metadata }] = (await stored()) as [Event];
  await cluster.write({ verb: 'delete', key: { resource: 'events', namespace: 'default', name: metadata.name ?? '' } });
  say('hello');
  await recorder.flush();
  say('hello');
  await recorder.flush();
  expect((await stored()).map(({ count }) => count)).toEqual([1]);
});

test('similar ones are combined after ten, and a flood is cut off until time has passed', async () => {
  for (let n = 0; n < 100; n++) say(`number ${n}`);
  await recorder.flush();
  const events = await stored();
  expect(events).toHaveLength(11);
  const combined = events.find(({ message }) => message?.startsWith('(combined from similar events): '));
  expect(combined).toMatchObject({ count: 15, message: '(combined from similar events): number 24' });
  cluster.nowMs += 5 * 60_000;
  say('later');
  say('too much');
  await recorder.flush();
  expect((await stored()).map(({ count }) => count).sort()).toContain(16);
});

test('nothing that goes wrong comes back to who told', async () => {
  const client: ClusterClient = { ...cluster.client, write: () => Promise.reject(new Error('away')) };
  const broken = createEventRecorder({ ...cluster, client, clock: cluster.clock, log: cluster.log });
  broken.record({ object, type: 'Normal', reason: 'Said', message: 'x', component: 'tester' });
  await expect(broken.flush()).resolves.toBeUndefined();
});
