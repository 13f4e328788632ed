import type { V1MicroTime } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';

const coreEvent = (t: Conformance, name: string, label: string) => ({
  metadata: { name, labels: { [label]: t.namespace } },
  message: `This is ${name}`,
  reason: 'Test',
  type: 'Normal',
  count: 1,
  involvedObject: { namespace: t.namespace },
});

conforms('Event, manage lifecycle of an Event', async (t) => {
  const events = t.resource(kinds.event);
  const everywhere = t.resource(kinds.event, '');
  await events.create(coreEvent(t, 'event-test', 'testevent-constant'));
  const labelSelector = `testevent-constant=${t.namespace}`;
  const { items } = await everywhere.list({ labelSelector });
  expect(items.map(({ metadata }) => [metadata.namespace, metadata.name])).toEqual([[t.namespace, 'event-test']]);

  await events.patch('event-test', { message: 'patched' }, { type: 'strategic' });
  const event = await events.get('event-test');
  expect(event.message).toBe('patched');

  const series = { count: 100, lastObservedTime: '2017-09-19T13:49:16.000000Z' };
  // An update may do without resourceVersion and managedFields.
  const { resourceVersion: _, managedFields: __, ...metadata } = event.metadata;
  await events.update({ ...event, metadata, series: series as unknown as typeof event.series });
  const { metadata: after, ...updated } = await events.get('event-test');
  expect(updated).toEqual({ ...event, metadata: undefined, series });
  expect(after).toMatchObject(metadata);

  await events.delete('event-test');
  expect((await everywhere.list({ labelSelector })).items).toEqual([]);
});

conforms('Event, delete a collection', async (t) => {
  const events = t.resource(kinds.event);
  for (const name of ['one', 'two', 'three']) await events.create(coreEvent(t, name, 'testevent-set'));
  await events.create(coreEvent(t, 'other', 'testevent-other'));
  const labelSelector = `testevent-set=${t.namespace}`;
  expect((await events.list({ labelSelector })).items).toHaveLength(3);
  await events.deleteCollection({ labelSelector });
  expect((await events.list({ labelSelector })).items).toEqual([]);
  expect((await events.list()).items.map(({ metadata }) => metadata.name)).toContain('other');
});

const newEvent = (t: Conformance, name: string, labels: Record<string, string> = {}) => ({
  metadata: { name, labels: { 'testevent-set': t.namespace, ...labels } },
  regarding: { namespace: t.namespace },
  reportingController: 'test-controller',
  reportingInstance: 'test-node',
  action: 'Do',
  reason: 'Test',
  type: 'Normal',
  note: `This is ${name}`,
  // What the client's type calls a time of microseconds is a text on the wire.
  eventTime: '2026-01-01T00:00:00.000000Z' as unknown as V1MicroTime,
});

conforms('New Event resource lifecycle, testing a single event', async (t) => {
  const events = t.resource(kinds.eventOfEvents);
  const everywhere = t.resource(kinds.eventOfEvents, '');
  const labelSelector = `testevent-set=${t.namespace}`;
  await events.create(newEvent(t, 'event-test'));
  for (const scope of [events, everywhere]) {
    const { items } = await scope.list({ labelSelector });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['event-test']);
  }
  // Of the older API it is an event as well.
  expect(await t.resource(kinds.event).get('event-test')).toMatchObject({ message: 'This is event-test' });

  const created = await events.get('event-test');
  const patchedSeries = { count: 2, lastObservedTime: '2026-01-01T00:00:05.000000Z' };
  await events.patch('event-test', { series: patchedSeries }, { type: 'strategic' });
  const patched = await events.get('event-test');
  expect(patched).toEqual({ ...created, series: patchedSeries, metadata: expect.anything() });

  const series = { count: 100, lastObservedTime: '2026-01-01T00:00:10.000000Z' };
  await events.update({ ...patched, series: series as unknown as typeof patched.series });
  expect(await events.get('event-test')).toEqual({ ...created, series, metadata: expect.anything() });

  await events.delete('event-test');
  for (const scope of [events, everywhere]) expect((await scope.list({ labelSelector })).items).toEqual([]);
});

conforms('New Event resource lifecycle, testing a list of events', async (t) => {
  const events = t.resource(kinds.eventOfEvents);
  const labelSelector = `testevent-set=${t.namespace}`;
  for (const name of ['one', 'two', 'three']) await events.create(newEvent(t, name));
  expect((await events.list({ labelSelector })).items).toHaveLength(3);
  await events.deleteCollection({ labelSelector });
  expect((await events.list({ labelSelector })).items).toEqual([]);
});
