import { beforeEach, describe, expect, it, vi } from 'vitest';
import { parseFrame } from '../watch/frame.ts';
import { watchClose } from '../watch/watcher.ts';
import { aV1, ConvertingCluster, v1Path, v2Path } from './testing/converting.ts';

interface Event {
  type: string;
  object: {
    apiVersion: string;
    kind: string;
    host?: string;
    hostPort?: string;
    message?: string;
    code?: number;
    metadata: { name: string; resourceVersion: string; labels?: Record<string, string>; annotations?: object };
  };
}

let cluster: ConvertingCluster;

beforeEach(async () => {
  cluster = await ConvertingCluster.create();
});

/** Starts a watch; the result reads what it has been sent so far. */
async function watch(query = '', path = v2Path) {
  const reply = await cluster.fixture.call('GET', `${path}?watch=1&${query}`);
  expect(reply).toMatchObject({ status: 200, text: 'watching' });
  const opened = cluster.fixture.watches.at(-1)!;
  const lines = () =>
    opened.frames.flatMap((text) => parseFrame(text).events.split('\n')).filter((line) => line !== '');
  const events = () => lines().map((line): Event => JSON.parse(line));
  const told = () => events().map(({ type, object }) => `${type} ${object.metadata.name} ${object.host ?? ''}`.trim());
  return { opened, events, told };
}

const revision = () => cluster.fixture.cluster.store.revision;
const move = (name: string, hostPort: string) => cluster.merge(`${v1Path}/${name}`, { hostPort });

describe('a watch of a version that a webhook makes', () => {
  it('begins with what there is, marks its end, and goes on', async () => {
    for (const name of ['a', 'b']) await cluster.call('POST', v1Path, aV1(name, `${name}:1`));
    const { told, events } = await watch(
      'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
    );
    await vi.waitFor(() => expect(told()).toHaveLength(3));
    await move('a', 'c:2');
    await cluster.call('DELETE', `${v1Path}/b`);
    await vi.waitFor(() => expect(told()).toHaveLength(5));
    expect(told()).toEqual(['ADDED a a', 'ADDED b b', 'BOOKMARK undefined', 'MODIFIED a c', 'DELETED b b']);
    expect(events()[2]!.object).toMatchObject({
      apiVersion: 'stable.example.com/v2',
      metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } },
    });
    for (const { object } of events())
      expect(object).toMatchObject({ apiVersion: 'stable.example.com/v2', kind: 'CronTab' });
    const revisions = events().map(({ object }) => Number(object.metadata.resourceVersion));
    expect(revisions.slice(2)).toEqual([...revisions.slice(2)].sort((a, b) => a - b));
    // What exists is asked for together.
    expect(cluster.asked[0]).toBe(2);
  });

  it('resumes after a revision', async () => {
    await cluster.call('POST', v1Path, aV1('a', 'a:1'));
    const after = revision();
    for (const host of ['b', 'c']) await move('a', `${host}:1`);
    const { told } = await watch(`resourceVersion=${after}`);
    await vi.waitFor(() => expect(told()).toEqual(['MODIFIED a b', 'MODIFIED a c']));
    expect(cluster.asked).toEqual([2]);
  });

  it('chooses by the labels and fields of that version', async () => {
    const byLabel = await watch('labelSelector=converted%3Dyes');
    const byField = await watch('fieldSelector=host%3Dhere');
    await cluster.call('POST', v1Path, aV1('a', 'here:1'));
    await move('a', 'there:1');
    await move('a', 'here:2');
    await vi.waitFor(() => expect(byField.told()).toEqual(['ADDED a here', 'DELETED a here', 'ADDED a here']));
    await vi.waitFor(() => expect(byLabel.told()).toEqual(['ADDED a here', 'MODIFIED a there', 'MODIFIED a here']));
    const gone = byField.events()[1]!.object.metadata.resourceVersion;
    expect(gone).toBe(byLabel.events()[1]!.object.metadata.resourceVersion);
    const later = await watch('fieldSelector=host%3Dhere');
    const none = await watch(
      'fieldSelector=host%3Dnowhere&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
    );
    await vi.waitFor(() => expect(later.told()).toEqual(['ADDED a here']));
    await vi.waitFor(() => expect(none.told()).toEqual(['BOOKMARK undefined']));
  });

  it('of one object by its name asks about that alone', async () => {
    for (const name of ['a', 'b', 'c']) await cluster.call('POST', v1Path, aV1(name, `${name}:1`));
    const { told } = await watch('fieldSelector=metadata.name%3Db');
    await vi.waitFor(() => expect(told()).toEqual(['ADDED b b']));
    await move('a', 'x:1');
    await move('b', 'y:1');
    await vi.waitFor(() => expect(told()).toEqual(['ADDED b b', 'MODIFIED b y']));
    const { json } = await cluster.call('GET', `${v2Path}?fieldSelector=metadata.name%3Dc&limit=1`);
    expect(json.items).toMatchObject([{ host: 'c' }]);
    expect(cluster.asked).toEqual([1, 1, 1]);
  });

  it('is not asked for again for another watch that is alike', async () => {
    const watches = [await watch(), await watch('labelSelector=converted'), await watch('', v2Path)];
    await cluster.call('POST', v1Path, aV1('a', 'a:1'));
    for (const { told } of watches) await vi.waitFor(() => expect(told()).toEqual(['ADDED a a']));
    expect(cluster.asked).toEqual([1]);
  });

  it('asks nobody about objects that are stored in the version that is watched', async () => {
    const { told } = await watch('', v1Path);
    await cluster.call('POST', v1Path, aV1('a', 'a:1'));
    await vi.waitFor(() => expect(told()).toEqual(['ADDED a']));
    expect(cluster.asked).toEqual([]);
  });

  it('ends with an error when it cannot be converted, and others go on', async () => {
    const [converted, stored] = [await watch(), await watch('', v1Path)];
    cluster.fixture.outside = async () => {
      throw new Error('connection refused');
    };
    await cluster.call('POST', v1Path, aV1('a', 'a:1'));
    await vi.waitFor(() => expect(converted.opened.closed).toBe(watchClose.failed));
    expect(converted.events()).toMatchObject([
      {
        type: 'ERROR',
        object: {
          kind: 'Status',
          code: 500,
          reason: 'InternalError',
          message: expect.stringMatching(
            /^conversion webhook for stable\.example\.com\/v1, Kind=CronTab failed: Post /,
          ),
        },
      },
    ]);
    await vi.waitFor(() => expect(stored.told()).toEqual(['ADDED a']));
    const early = await watch('resourceVersion=0');
    await vi.waitFor(() => expect(early.opened.closed).toBe(watchClose.failed));
    expect(early.events()).toMatchObject([{ type: 'ERROR', object: { code: 500 } }]);
  });

  it('waits for its webhook alone, and for one question at a time', async () => {
    const [converted, stored] = [await watch(), await watch('', v1Path)];
    const open: (() => void)[] = [];
    cluster.fixture.outside = async ({ body }) => {
      await new Promise<void>((resolve) => open.push(resolve));
      return cluster.answer(body);
    };
    await cluster.call('POST', v1Path, aV1('a', 'a:1'));
    await vi.waitFor(() => expect(open).toHaveLength(1));
    for (const host of ['b', 'c', 'd']) await move('a', `${host}:1`);
    await vi.waitFor(() => expect(stored.told()).toHaveLength(4));
    expect({ questions: open.length, told: converted.told() }).toEqual({ questions: 1, told: [] });
    open.shift()!();
    await vi.waitFor(() => expect(open).toHaveLength(1));
    open.shift()!();
    await vi.waitFor(() =>
      expect(converted.told()).toEqual(['ADDED a a', 'MODIFIED a b', 'MODIFIED a c', 'MODIFIED a d']),
    );
    expect(cluster.asked).toEqual([1, 3]);
  });
});

describe('a list of a version that a webhook makes', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const items = (reply: { json: { items: Event['object'][] } }) =>
    reply.json.items.map(({ metadata }) => metadata.name);

  beforeEach(async () => {
    for (const name of names) await cluster.call('POST', v1Path, aV1(name, `${name < 'd' ? 'here' : 'there'}:1`));
  });

  it('comes in pages of one moment', async () => {
    const first = await cluster.call('GET', `${v2Path}?limit=2`);
    expect(first.json.metadata.remainingItemCount).toBe(3);
    await cluster.call('POST', v1Path, aV1('c1', 'here:1'));
    const second = await cluster.call('GET', `${v2Path}?limit=2&continue=${first.json.metadata.continue}`);
    const third = await cluster.call('GET', `${v2Path}?limit=2&continue=${second.json.metadata.continue}`);
    expect([first, second, third].map(items)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(third.json.metadata.continue).toBeUndefined();
    expect(third.json.metadata.resourceVersion).toBe(first.json.metadata.resourceVersion);
  });

  it('applies selectors to what is served', async () => {
    expect(items(await cluster.call('GET', `${v2Path}?fieldSelector=host%3Dthere`))).toEqual(['d', 'e']);
    expect(items(await cluster.call('GET', `${v2Path}?labelSelector=converted%3Dyes`))).toEqual(names);
    expect(items(await cluster.call('GET', `${v2Path}?labelSelector=!converted`))).toEqual([]);
    const first = await cluster.call('GET', `${v2Path}?fieldSelector=host%3Dthere&limit=1`);
    expect(items(first)).toEqual(['d']);
    expect(first.json.metadata.remainingItemCount).toBeUndefined();
    const rest = await cluster.call(
      'GET',
      `${v2Path}?fieldSelector=host%3Dthere&limit=1&continue=${first.json.metadata.continue}`,
    );
    expect(items(rest)).toEqual(['e']);
    expect(rest.json.metadata.continue).toBeUndefined();
  });

  it('has no limit but that of its parts', async () => {
    const large = 'x'.repeat(700_000);
    for (let i = 0; i < 26; i++) await cluster.call('POST', v1Path, aV1(`large-${i}`, `${large}:1`));
    const reply = await cluster.call('GET', v2Path);
    expect(reply.status).toBe(200);
    expect(items(reply)).toHaveLength(31);
    expect(Math.max(...cluster.asked)).toBeLessThan(7);
  });
});
