import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { discover } from '../control-plane/apiserver/http/discovery.ts';
import { builtInKinds } from '../shared/kinds/index.generated.ts';
import { openApiFiles, readDescriptions, servedKinds } from './generate-openapi.ts';

const files = openApiFiles(servedKinds, readDescriptions());

interface ApiGroups {
  groups: { versions: { groupVersion: string }[] }[];
}
interface ApiResources {
  resources: { kind: string; name: string; group?: string; version?: string }[];
}

function discovered<T>(path: string): T {
  return discover(builtInKinds, path, { accept: null })!.body as T;
}

const groups = discovered<ApiGroups>('/apis').groups.flatMap(({ versions }) => versions);
const roots = ['api/v1', ...groups.map(({ groupVersion }) => `apis/${groupVersion}`)];

it('the index lists the group versions that discovery lists', () => {
  const { paths } = JSON.parse(String(files.get('v3.json'))) as { paths: object };
  expect(Object.keys(paths).sort()).toEqual([...roots].sort());
});

describe.each(roots)('the document of %s', (root) => {
  const { components } = JSON.parse(String(files.get(`v3/${root}.json`))) as {
    components: { schemas: Record<string, { 'x-kubernetes-group-version-kind'?: object[] }> };
  };
  const kinds = Object.values(components.schemas).flatMap((schema) => schema['x-kubernetes-group-version-kind'] ?? []);
  const [group, version] = root === 'api/v1' ? ['', 'v1'] : root.split('/').slice(1);

  it('has a type for each kind that discovery lists', () => {
    const { resources } = discovered<ApiResources>(`/${root}`);
    expect(resources.length).toBeGreaterThan(0);
    // Of what can only be read as text, and of what is behind a proxy, there is no type of its own.
    for (const resource of resources.filter(({ name }) => !/\/(log|proxy)$/.test(name))) {
      const wanted = { group: resource.group ?? group, version: resource.version ?? version, kind: resource.kind };
      expect(kinds).toContainEqual(wanted);
    }
  });
});

it('every file has its hash, by which the index names it', () => {
  const hashes = JSON.parse(String(files.get('hashes.json'))) as Record<string, string>;
  expect(Object.keys(hashes).sort()).toEqual([...files.keys()].filter((path) => path !== 'hashes.json').sort());
  for (const [path, hash] of Object.entries(hashes)) {
    expect(createHash('sha256').update(files.get(path)!).digest('hex').toUpperCase()).toBe(hash);
  }
  expect(String(files.get('v3.json'))).toContain(`/openapi/v3/api/v1?hash=${hashes['v3/api/v1.json']}`);
});
