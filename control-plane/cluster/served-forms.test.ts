import { beforeEach, describe, expect, it, vi } from 'vitest';
import { parseFrame } from '../watch/frame.ts';
import { ClusterFixture } from './testing/fixture.ts';

const core = '/api/v1/namespaces/default/events';
const events = '/apis/events.k8s.io/v1/namespaces/default/events';

let fixture: ClusterFixture;
beforeEach(async () => {
  fixture = await ClusterFixture.create();
});

const record = (name: string, fields: object = {}) => ({
  metadata: { name },
  eventTime: '2026-01-01T00:00:00.000000Z',
  regarding: { kind: 'Pod', namespace: 'default', name: 'p' },
  reportingController: 'test-controller',
  reportingInstance: 'test-node',
  action: 'Do',
  reason: 'Test',
  type: 'Normal',
  note: 'This is a test',
  ...fields,
});
const create = (name: string, fields?: object) => fixture.call('POST', events, { body: record(name, fields) });
const merge = { headers: { 'content-type': 'application/merge-patch+json' } };

async function watch(path: string) {
  await fixture.call('GET', `${path}?watch=1`);
  const opened = fixture.watches.at(-1)!;
  return () =>
    opened.frames
      .flatMap((text) => parseFrame(text).events.split('\n'))
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
}

describe('a kind that is served in two forms', () => {
  it('shows one object in each of them', async () => {
    expect(await create('a')).toMatchObject({
      status: 201,
      json: { apiVersion: 'events.k8s.io/v1', note: 'This is a test' },
    });
    const { json: inCore } = await fixture.call('GET', `${core}/a`);
    expect(inCore).toMatchObject({ apiVersion: 'v1', message: 'This is a test', involvedObject: { name: 'p' } });
    expect(inCore).not.toHaveProperty('note');
    const { json: inEvents } = await fixture.call('GET', `${events}/a`);
    expect(inEvents).toMatchObject({ note: 'This is a test', regarding: { name: 'p' } });
    expect(inEvents.metadata).toEqual(inCore.metadata);
    expect((await fixture.call('DELETE', `${core}/a`)).status).toBe(200);
    expect((await fixture.call('GET', `${events}/a`)).json).toMatchObject({
      code: 404,
      message: 'events.events.k8s.io "a" not found',
      details: { group: 'events.k8s.io', kind: 'events' },
    });
  });

  it('lists, selects and prints each form in its own words', async () => {
    await create('a');
    await create('b', { regarding: { kind: 'Pod', namespace: 'default', name: 'q' } });
    const { json } = await fixture.call('GET', `${events}?fieldSelector=regarding.name%3Dq`);
    expect(json).toMatchObject({
      kind: 'EventList',
      apiVersion: 'events.k8s.io/v1',
      items: [{ metadata: { name: 'b' } }],
    });
    expect(json.items[0]).toHaveProperty('note');
    expect(json.items[0]).not.toHaveProperty('apiVersion');
    expect((await fixture.call('GET', `${events}?fieldSelector=involvedObject.name%3Dq`)).status).toBe(400);
    const table = await fixture.call('GET', events, {
      headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
    });
    expect(table.json.rows[0].cells).toEqual(expect.arrayContaining(['pod/p', 'This is a test']));
  });

  it('watches each form in its own words', async () => {
    const [inCore, inEvents] = [await watch(core), await watch(events)];
    await create('a');
    await vi.waitFor(() => expect(inEvents()).toHaveLength(1));
    expect(inEvents()[0]).toMatchObject({
      type: 'ADDED',
      object: { apiVersion: 'events.k8s.io/v1', note: 'This is a test' },
    });
    expect(inCore()[0]).toMatchObject({ type: 'ADDED', object: { apiVersion: 'v1', message: 'This is a test' } });
    expect(inCore()[0].object).not.toHaveProperty('note');
  });

  it('is patched, applied and tracked in the form of the request', async () => {
    await create('a');
    const series = { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' };
    const patched = await fixture.call('PATCH', `${events}/a`, { ...merge, body: { series } });
    expect(patched).toMatchObject({ status: 200, json: { series, note: 'This is a test' } });
    const [entry] = patched.json.metadata.managedFields;
    expect(entry).toMatchObject({ apiVersion: 'events.k8s.io/v1', fieldsV1: { 'f:note': {}, 'f:regarding': {} } });

    const applied = await fixture.call('PATCH', `${events}/new?fieldManager=me`, {
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: { apiVersion: 'events.k8s.io/v1', kind: 'Event', ...record('new') },
    });
    expect(applied).toMatchObject({ status: 201, json: { note: 'This is a test' } });
    expect((await fixture.call('GET', `${core}/new`)).json.metadata.managedFields).toMatchObject([
      { manager: 'me', operation: 'Apply', apiVersion: 'events.k8s.io/v1' },
    ]);
  });

  it('holds writes to the rules of the form they come in', async () => {
    await create('a');
    const changed = await fixture.call('PATCH', `${events}/a`, { ...merge, body: { note: 'other' } });
    expect(changed.json).toMatchObject({
      code: 422,
      message: 'Event.events.k8s.io "a" is invalid: message: Invalid value: "other": field is immutable',
    });
    expect((await fixture.call('PATCH', `${core}/a`, { ...merge, body: { message: 'other' } })).status).toBe(200);
    expect((await create('old', { deprecatedCount: 3, eventTime: null })).json.details.causes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ field: 'eventTime', message: 'Required value' }),
        expect.objectContaining({ field: 'count', message: 'Invalid value: "": needs to be unset' }),
      ]),
    );
  });

  it('deletes what a selector of its own form means', async () => {
    await create('a');
    await create('b', { reason: 'Other' });
    const { json } = await fixture.call('DELETE', `${events}?fieldSelector=reason%3DOther`);
    expect(json.items.map((item: { note: string }) => item.note)).toEqual(['This is a test']);
    expect(
      (await fixture.call('GET', core)).json.items.map((item: { metadata: { name: string } }) => item.metadata.name),
    ).toEqual(['a']);
  });
});
