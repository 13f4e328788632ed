import { expect, it } from 'vitest';
import { ClusterFixture } from './testing/fixture.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';

it('a list of many megabytes is the same in one answer and in pages, and can be deleted', async () => {
  const fixture = await ClusterFixture.create();
  const text = 'ä'.repeat(100_000);
  const names = Array.from({ length: 40 }, (_, index) => `c${String(index).padStart(2, '0')}`);
  for (const name of names) await fixture.call('POST', configMaps, { body: { metadata: { name }, data: { text } } });
  const namesOf = ({ items }: { items: { metadata: { name: string } }[] }) =>
    items.map(({ metadata }) => metadata.name);

  const whole = await fixture.call('GET', configMaps);
  expect(namesOf(whole.json)).toEqual(names);
  expect(whole.json.items.every(({ data }: { data: { text: string } }) => data.text === text)).toBe(true);
  const first = await fixture.call('GET', `${configMaps}?limit=30`);
  const second = await fixture.call('GET', `${configMaps}?limit=30&continue=${first.json.metadata.continue}`);
  expect([...first.json.items, ...second.json.items]).toEqual(whole.json.items);
  expect((await fixture.call('DELETE', configMaps)).json).toMatchObject({ kind: 'Status', status: 'Success' });
  expect((await fixture.call('GET', configMaps)).json.items).toEqual([]);
});
