import { expect } from 'vitest';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';

const label = 'watch-this-configmap';

function configMapsOf(t: Conformance) {
  const configMaps = t.resource(kinds.configMap);
  return {
    ...configMaps,
    make: (name: string, value: string) => configMaps.create({ metadata: { name, labels: { [label]: value } } }),
    mutate: (name: string, value: string) => configMaps.patch(name, { data: { mutation: value } }),
    relabel: (name: string, value: string) => configMaps.patch(name, { metadata: { labels: { [label]: value } } }),
    watching: (values: string[], resourceVersion?: string) =>
      configMaps.watch({ labelSelector: `${label} in (${values.join(',')})`, resourceVersion }),
  };
}

const version = ({ metadata }: { metadata: { resourceVersion: string } }) => metadata.resourceVersion;

conforms('watch-configmaps-with-multiple-watchers', async (t) => {
  const configMaps = configMapsOf(t);
  const [a, b, both] = [
    await configMaps.watching(['A']),
    await configMaps.watching(['B']),
    await configMaps.watching(['A', 'B']),
  ];
  const history = [
    ['ADDED', version(await configMaps.make('a', 'A'))],
    ['MODIFIED', version(await configMaps.mutate('a', '1'))],
    ['MODIFIED', version(await configMaps.mutate('a', '2'))],
  ];
  await configMaps.delete('a');
  const ofB = ['ADDED', version(await configMaps.make('b', 'B'))];
  await configMaps.delete('b');

  const seen = async (watch: typeof a, count: number) =>
    (await watch.take(count)).map(({ type, object }) => [
      type,
      type === 'DELETED' ? object.metadata.name : version(object),
    ]);
  expect(await seen(both, 6)).toEqual([...history, ['DELETED', 'a'], ofB, ['DELETED', 'b']]);
  expect(await seen(b, 2)).toEqual([ofB, ['DELETED', 'b']]);
  expect(await seen(a, 4)).toEqual([...history, ['DELETED', 'a']]);
  // What is made last comes last: had the watch of A been sent anything of b, it would have come before.
  await configMaps.make('end', 'A');
  expect((await a.take(1))[0]?.object.metadata.name).toBe('end');
});

conforms('watch-configmaps-from-resource-version', async (t) => {
  const configMaps = configMapsOf(t);
  await configMaps.make('past', 'past');
  const first = await configMaps.mutate('past', '1');
  const second = await configMaps.mutate('past', '2');
  await configMaps.delete('past');
  const watch = await configMaps.watching(['past'], version(first));
  const [modified, deleted] = await watch.take(2);
  expect(modified).toMatchObject({ type: 'MODIFIED', object: { data: { mutation: '2' } } });
  expect(version(modified!.object)).toBe(version(second));
  expect(deleted?.type).toBe('DELETED');
  expect(BigInt(version(deleted!.object))).toBeGreaterThan(BigInt(version(second)));
});

conforms('watch-configmaps-closed-and-restarted', async (t) => {
  const configMaps = configMapsOf(t);
  const broken = await configMaps.watching(['restarted']);
  await configMaps.make('restarted', 'restarted');
  await configMaps.mutate('restarted', '1');
  const [, last] = await broken.take(2);
  expect(last?.type).toBe('MODIFIED');
  broken.close();

  const missed = await configMaps.mutate('restarted', '2');
  const resumed = await configMaps.watching(['restarted'], version(last!.object));
  await configMaps.delete('restarted');
  const [modified, deleted] = await resumed.take(2);
  expect([modified?.type, version(modified!.object)]).toEqual(['MODIFIED', version(missed)]);
  expect(deleted?.type).toBe('DELETED');
});

conforms('watch-configmaps-label-changed', async (t) => {
  const configMaps = configMapsOf(t);
  const watch = await configMaps.watching(['wanted']);
  const seen = async (count: number) =>
    (await watch.take(count)).map(({ type, object }) => [type, object.data?.mutation]);
  await configMaps.make('moving', 'wanted');
  await configMaps.mutate('moving', '1');
  await configMaps.relabel('moving', 'unwanted');
  // The deletion carries the last state that the selector chose.
  expect(await seen(3)).toEqual([
    ['ADDED', undefined],
    ['MODIFIED', '1'],
    ['DELETED', '1'],
  ]);
  await configMaps.mutate('moving', '2');
  await configMaps.relabel('moving', 'wanted');
  await configMaps.mutate('moving', '3');
  await configMaps.delete('moving');
  expect(await seen(3)).toEqual([
    ['ADDED', '2'],
    ['MODIFIED', '3'],
    ['DELETED', '3'],
  ]);
});

conforms('watch-consistency', async (t) => {
  const configMaps = configMapsOf(t);
  const watches = 40;
  let resourceVersion = (await configMaps.list()).metadata.resourceVersion;
  let isDone = false;
  const produced = produce(configMaps, () => isDone);
  const open = [];
  for (let turn = 0; turn < watches; turn++) {
    open.push(await configMaps.watch({ resourceVersion }));
    const versions = await Promise.all(open.map(async (watch) => version((await watch.take(1))[0]!.object)));
    expect(new Set(versions).size).toBe(1);
    resourceVersion = versions[0]!;
  }
  isDone = true;
  await produced;
});

/** Makes, changes and deletes objects one after the other until it is told to stop. */
async function produce(configMaps: ReturnType<typeof configMapsOf>, isDone: () => boolean): Promise<void> {
  for (let turn = 0; !isDone(); turn++) {
    const name = `moving-${turn}`;
    await configMaps.make(name, 'any');
    await configMaps.mutate(name, `${turn}`);
    if (turn % 2 === 0) await configMaps.delete(name);
  }
}
