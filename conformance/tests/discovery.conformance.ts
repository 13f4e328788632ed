import type { V1APIGroup } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { conforms } from '../harness/conforms.ts';

conforms('Confirm a server version', async (t) => {
  const { major, minor, gitVersion } = await t.api.ask<Record<string, string>>('GET', '/version');
  expect(major).toMatch(/^[1-9]$/);
  expect(minor).toMatch(/^\d+\+?$/);
  expect(gitVersion).toMatch(/^v\d+\.\d+\.\d+/);
});

conforms('Discovery, confirm the PreferredVersion for each api group', async (t) => {
  const { groups } = await t.api.ask<{ groups: V1APIGroup[] }>('GET', '/apis/');
  expect(groups.length).toBeGreaterThan(0);
  for (const { name } of groups) {
    const { versions, preferredVersion } = await t.api.ask<V1APIGroup>('GET', `/apis/${name}/`);
    expect(versions).toContainEqual(preferredVersion);
  }
});
