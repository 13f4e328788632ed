import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Kubeconfig, kubeconfigFor, mergeIntoUserKubeconfig } from './kubeconfig.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-kubeconfig-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ours = kubeconfigFor({ name: 'staging', server: 'https://host/clusters/staging', ca: 'PEM', token: 't1' });

describe('merging a kubeconfig', () => {
  test('into none makes one that only its owner can read', () => {
    const path = mergeIntoUserKubeconfig(ours, join(folder, 'new', 'config'));
    expect(parse(readFileSync(path, 'utf8'))).toEqual(ours);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  test('keeps what others put there, replaces its own entries and becomes current', () => {
    const path = join(folder, 'config');
    const other = {
      clusters: [{ name: 'work', cluster: { server: 'https://work' } }],
      users: [],
      contexts: [],
      preferences: { colors: true },
    };
    writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'work', ...other }));
    mergeIntoUserKubeconfig(ours, path);
    mergeIntoUserKubeconfig(kubeconfigFor({ name: 'staging', server: 'https://moved', token: 't2' }), path);
    const merged = parse(readFileSync(path, 'utf8')) as Kubeconfig;
    expect(merged.clusters.map((item) => item.name)).toEqual(['work', 'fairlead-staging']);
    expect(merged.clusters[1]).toEqual({ name: 'fairlead-staging', cluster: { server: 'https://moved' } });
    expect(merged['current-context']).toBe('fairlead-staging');
    expect(merged.preferences).toEqual({ colors: true });
  });

  test('a file that is no YAML stays as it is', () => {
    const path = join(folder, 'config');
    writeFileSync(path, 'clusters: [');
    expect(() => mergeIntoUserKubeconfig(ours, path)).toThrow(/nothing was merged/);
    expect(readFileSync(path, 'utf8')).toBe('clusters: [');
  });
});
