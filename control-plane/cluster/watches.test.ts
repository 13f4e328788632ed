import { beforeEach, describe, expect, it, vi } from 'vitest';
import { eventShaper } from '../apiserver/http/event-shape.ts';
import { parseFrame } from '../watch/frame.ts';
import { ClusterFixture } from './testing/fixture.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

let fixture: ClusterFixture;
beforeEach(async () => {
  fixture = await ClusterFixture.create();
});

const create = (name: string, labels = {}) =>
  fixture.call('POST', configMaps, { body: { metadata: { name, labels } } });

/** Starts a watch; the result reads what it has been sent so far. */
async function watch(query: string) {
  expect((await fixture.call('GET', `${configMaps}?watch=1&${query}`)).text).toBe('watching');
  const opened = fixture.watches.at(-1)!;
  const lines = () =>
    opened.frames.flatMap((text) =>
      parseFrame(text)
        .events.split('\n')
        .filter((line) => line !== ''),
    );
  const events = () => lines().map((line) => JSON.parse(line));
  return { opened, lines, events, names: () => events().map(({ type, object }) => `${type} ${object.metadata.name}`) };
}

describe('a watch', () => {
  it.each(['', 'resourceVersion=0'])('with "%s" begins with what there is', async (query) => {
    await create('a');
    const { names } = await watch(query);
    expect(names()).toEqual(['ADDED a']);
    await create('b');
    await vi.waitFor(() => expect(names()).toEqual(['ADDED a', 'ADDED b']));
  });

  it('with a revision continues after it', async () => {
    const { json } = await create('a');
    await create('b');
    const { names } = await watch(`resourceVersion=${json.metadata.resourceVersion}`);
    await vi.waitFor(() => expect(names()).toEqual(['ADDED b']));
  });

  it('can be asked to mark the end of its initial events', async () => {
    await create('a');
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const { events } = await watch(query);
    const [added, mark] = events();
    expect(added.type).toBe('ADDED');
    expect(mark).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    expect(Number(mark.object.metadata.resourceVersion)).toBe(fixture.cluster.store.revision);
  });

  it('sees objects come into and go out of its selector', async () => {
    const { names } = await watch('labelSelector=w%3D1');
    await create('a', { w: '1' });
    await create('b', { w: '2' });
    const headers = { 'content-type': 'application/merge-patch+json' };
    await fixture.call('PATCH', `${configMaps}/a`, { headers, body: { metadata: { labels: { w: '2' } } } });
    await vi.waitFor(() => expect(names()).toEqual(['ADDED a', 'DELETED a']));
  });

  it('of a revision that is compacted gets 410 as an event and ends', async () => {
    await create('a');
    await create('b');
    fixture.nowMs += 3_600_000;
    await create('c');
    fixture.cluster.store.compact({ beforeMs: fixture.nowMs, keepRows: 0 });
    expect(fixture.cluster.store.compactedRevision).toBeGreaterThan(1);
    const { events, opened } = await watch('resourceVersion=1');
    await vi.waitFor(() => expect(opened.closed).toBeDefined());
    expect(events()).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }]);
  });

  it('shows tables with their columns in the first event only', async () => {
    await create('a');
    await create('b');
    const { lines } = await watch('');
    const kind = fixture.cluster.kinds.byResource('configmaps')!;
    const options = { as: 'Table', isProtobuf: false, includeObject: 'Metadata' } as const;
    const shape = eventShaper({ kind, ...options, nowMs: () => fixture.nowMs });
    const status = JSON.stringify({ type: 'ERROR', object: { kind: 'Status' } });
    const shaped = new TextDecoder()
      .decode(shape(`${[...lines(), status].join('\n')}\n`))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(shaped.map(({ type, object }) => [type, object.kind])).toEqual([
      ['ADDED', 'Table'],
      ['ADDED', 'Table'],
      ['ERROR', 'Status'],
    ]);
    expect(shaped[0].object.columnDefinitions[0].name).toBe('Name');
    expect(shaped[1].object.columnDefinitions).toBeNull();
    expect(shaped[1].object.rows[0].cells[0]).toBe('b');
  });
});
