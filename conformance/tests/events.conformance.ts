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
