import type { V1APIGroup, V1APIResourceList } from '@kubernetes/client-node';
import { expect } from 'vitest';
import type { ApiClient } from '../harness/client.ts';
import { conforms } from '../harness/conforms.ts';

conforms('Confirm a server version', async (t) => {
  const { major, minor, gitVersion } = await t.api.ask<Record<string, string>>('GET', '/version');
  expect(major).toMatch(/^[1-9]$/);
  expect(minor).toMatch(/^\d+\+?$/);
  expect(gitVersion).toMatch(/^v\d+\.\d+\.\d+/);
});

/** Without those of other tests, which come and go. */
async function lastingGroups(api: ApiClient): Promise<V1APIGroup[]> {
  const { groups } = await api.ask<{ groups: V1APIGroup[] }>('GET', '/apis/');
  return groups.filter(({ name }) => !name.endsWith('.example.com'));
}

conforms('Discovery, confirm the PreferredVersion for each api group', async (t) => {
  const groups = await lastingGroups(t.api);
  expect(groups.length).toBeGreaterThan(0);
  for (const { name } of groups) {
    const { versions, preferredVersion } = await t.api.ask<V1APIGroup>('GET', `/apis/${name}/`);
    expect(versions).toContainEqual(preferredVersion);
  }
});

conforms('Discovery, confirm the groupVerion and a resourcefrom each apiGroup', async (t) => {
  const groups = await lastingGroups(t.api);
  for (const { name, preferredVersion } of groups) {
    const { groupVersion } = preferredVersion!;
    const list = await t.api.ask<V1APIResourceList>('GET', `/apis/${groupVersion}`);
    expect(list).toMatchObject({ kind: 'APIResourceList', groupVersion });
    expect(list.resources.length, `resources of ${name}`).toBeGreaterThan(0);
    for (const { verbs } of list.resources) expect(verbs.length).toBeGreaterThan(0);
  }
});

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

interface GroupDiscovery {
  metadata: { name?: string };
  versions: Array<{ version: string; freshness: string; resources: Array<{ resource: string; scope: string }> }>;
}

/** The resources that every cluster has, as GROUP/VERSION/RESOURCE. */
const expectedResources = [
  '/v1/namespaces',
  '/v1/pods',
  '/v1/services',
  '/v1/events',
  'apps/v1/deployments',
  'rbac.authorization.k8s.io/v1/roles',
];

async function aggregatedResources(api: ApiClient, accept = aggregatedType): Promise<string[]> {
  const found: string[] = [];
  for (const path of ['/api', '/apis']) {
    const answer = await api.send('GET', path, { headers: { accept } });
    expect(answer.headers.get('content-type')).toBe(aggregatedType);
    const list = answer.json<{ kind: string; apiVersion: string; items: GroupDiscovery[] }>();
    expect(list).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' });
    for (const { metadata, versions } of list.items) {
      for (const { version, resources } of versions) {
        found.push(...resources.map(({ resource }) => `${metadata.name ?? ''}/${version}/${resource}`));
      }
    }
  }
  return found;
}

conforms('Aggregated Discovery Interface', async (t) => {
  expect(await aggregatedResources(t.api)).toEqual(expect.arrayContaining(expectedResources));
});

conforms('Aggregated Discovery Endpoint Accept Headers', async (t) => {
  for (const path of ['/api', '/apis']) {
    const typeFor = async (accept: string) =>
      (await t.api.send('GET', path, { headers: { accept } })).headers.get('content-type');
    expect(await typeFor(`${aggregatedType},application/json`)).toBe(aggregatedType);
    expect(await typeFor('application/json')).toBe('application/json');
    expect(await typeFor('application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,application/json')).toBe(
      'application/json',
    );
  }
  const { headers, status } = await t.api.send('GET', '/apis', { headers: { accept: aggregatedType } });
  const etag = headers.get('etag') ?? '';
  expect({ status, etag }).toMatchObject({ status: 200, etag: expect.stringMatching(/./) });
  const again = await t.api.send('GET', '/apis', { headers: { accept: aggregatedType, 'if-none-match': etag } });
  expect(again.status).toBe(304);
});
