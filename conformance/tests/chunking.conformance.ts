import { expect } from 'vitest';
import { ApiError } from '../harness/client.ts';
import { type Cluster, type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import type { ResourceClient } from '../harness/resource.ts';

const total = 400;
const pageSize = 17;

async function fill(cluster: Cluster): Promise<void> {
  const configMaps = cluster.resource(kinds.configMap);
  const names = Array.from({ length: total }, (_, index) => nameOf(index));
  // A few at a time: this is about lists.
  for (let start = 0; start < total; start += 40) {
    await Promise.all(names.slice(start, start + 40).map((name) => configMaps.create({ metadata: { name } })));
  }
}

const nameOf = (index: number) => `template-${String(index).padStart(4, '0')}`;
const filled = `metadata.name!=kube-root-ca.crt`;

conforms('API Chunking, server should return chunks of results for list calls', async (t) => {
  await fill(t);
  const configMaps = t.resource(kinds.configMap);
  const seen: string[] = [];
  let revision: string | undefined;
  let token: string | undefined;
  do {
    const page = await configMaps.list({ limit: pageSize, continue: token, fieldSelector: filled });
    expect(page.items.length).toBeLessThanOrEqual(pageSize);
    revision ??= page.metadata.resourceVersion;
    expect(page.metadata.resourceVersion).toBe(revision);
    seen.push(...page.items.map(({ metadata }) => metadata.name));
    token = page.metadata.continue;
  } while (token);
  expect(seen).toEqual(Array.from({ length: total }, (_, index) => nameOf(index)));

  const whole = await configMaps.list({ limit: total * 2, fieldSelector: filled });
  expect(whole.metadata.continue).toBeUndefined();
  expect(whole.items).toHaveLength(total);
});

conforms('API Chunking, continue listing from the last key even if compacted', async (t) => {
  const cluster = await t.ownCluster({ settings: { historySeconds: 1 } });
  await fill(cluster);
  const configMaps = cluster.resource(kinds.configMap);
  const first = await configMaps.list({ limit: pageSize });
  const token = first.metadata.continue!;
  const { message, inconsistent } = await expired(t, configMaps, token);
  expect(message).toContain('The provided continue parameter is too old');

  const second = await configMaps.list({ limit: pageSize, continue: inconsistent });
  expect(second.items).toHaveLength(pageSize);
  expect(second.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
  const names = [...first.items, ...second.items].map(({ metadata }) => metadata.name);
  expect(new Set(names).size).toBe(2 * pageSize);
  const rest = await configMaps.list({ continue: second.metadata.continue });
  expect(rest.metadata.resourceVersion).toBe(second.metadata.resourceVersion);
  const all = await configMaps.list();
  expect([...names, ...rest.items.map(({ metadata }) => metadata.name)]).toEqual(
    all.items.map(({ metadata }) => metadata.name),
  );
});

/** Waits until the history that `token` is of has been dropped; resolves with what the server then says. */
async function expired(t: Conformance, configMaps: ResourceClient<unknown>, token: string) {
  // Without a change the first page would still be the newest state.
  await configMaps.patch(nameOf(0), { metadata: { labels: { changed: 'yes' } } });
  return t.eventually('the first page is too old to go on from', async () => {
    try {
      await configMaps.list({ limit: pageSize, continue: token });
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status.code !== 410) throw error;
      const { continue: inconsistent } = error.status.metadata as { continue?: string };
      return { message: error.status.message, inconsistent };
    }
  });
}
