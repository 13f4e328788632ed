import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
let project: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'fairlead-consumer-'));
  const packages = join(project, 'node_modules');
  mkdirSync(packages);
  symlinkSync(root, join(packages, 'fairlead'));
  symlinkSync(join(root, 'node_modules', '@kubernetes'), join(packages, '@kubernetes'));
});
afterEach(() => rmSync(project, { recursive: true }));

const script = `
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { startCluster } from 'fairlead/testing';

const cluster = await startCluster({ nodes: 1 });
const config = new KubeConfig();
config.loadFromString(cluster.kubeconfig);
const api = config.makeApiClient(CoreV1Api);
const spec = { containers: [{ name: 'app', image: 'any' }] };
await api.createNamespacedPod({ namespace: 'default', body: { metadata: { name: 'web' }, spec } });
let phase;
while (phase !== 'Running') phase = (await api.readNamespacedPod({ namespace: 'default', name: 'web' })).status.phase;
await cluster.stop();
console.log(phase);
`;

test('another package imports fairlead/testing, runs a Pod, and its process ends by itself', () => {
  writeFileSync(join(project, 'check.mjs'), script);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['check.mjs'], {
    cwd: project,
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'Running\n', stderr: '' });
});
