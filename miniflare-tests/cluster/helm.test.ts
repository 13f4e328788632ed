import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layerBinary } from '../../e2e/lab/kubectl.ts';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';

let cluster: TestCluster;
let kubectl: RunKubectl;
let folder: string;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 1 });
  kubectl = createKubectl(cluster.kubeconfigPath);
  folder = mkdtempSync(join(tmpdir(), 'fairlead-helm-'));
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await cluster.stop();
});

/** Standard output of a Helm command that succeeds. */
async function runHelm(minor: number, args: readonly string[]): Promise<string> {
  const child = spawn(layerBinary('helm', minor), ['--kubeconfig', cluster.kubeconfigPath, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder },
    timeout: 90_000,
    killSignal: 'SIGKILL',
  });
  child.stdin.end();
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`helm ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

/** The server of a test node answers no probes: nothing listens in its containers. */
const values = [
  ...['--set-json', 'livenessProbe=null', '--set-json', 'readinessProbe=null'],
  ...['--set', 'autoscaling.enabled=false'],
];

// The first of them comes with kubectl 1.32 and is of Helm's version 3, the second is Helm 4, which applies on the server.
describe.each([
  { name: 'helm3', minor: 32, version: /^v3\./ },
  { name: 'helm4', minor: 35, version: /^v4\./ },
])('$name', ({ name, minor, version }) => {
  const helm = (...args: string[]) => runHelm(minor, args);
  const images = async () =>
    (await kubectl(['get', 'deployment', name, '-o', 'jsonpath={..image}'])).stdout.trim().split(' ');

  it('creates a chart and installs it', async () => {
    expect(await helm('version', '--short')).toMatch(version);
    await helm('create', name);
    await helm('install', name, name, ...values, '--wait', '--timeout', '60s');
    expect(await helm('status', name)).toContain('STATUS: deployed');
    const { stdout } = await kubectl(['get', 'deployment', name, '-o', 'jsonpath={.status.availableReplicas}']);
    expect(stdout).toBe('1');
  });

  it('upgrades it, and goes back', async () => {
    const before = await images();
    await helm(
      'upgrade',
      name,
      name,
      ...values,
      '--set',
      'image.tag=other,replicaCount=2',
      '--wait',
      '--timeout',
      '60s',
    );
    expect(await images()).toEqual(['nginx:other']);
    await helm('rollback', name, '1', '--wait', '--timeout', '60s');
    expect(await images()).toEqual(before);
    const revisions = JSON.parse(await helm('history', name, '-o', 'json')) as { status: string }[];
    expect(revisions.map(({ status }) => status)).toEqual(['superseded', 'superseded', 'deployed']);
  });

  it('uninstalls it', async () => {
    await helm('uninstall', name, '--wait', '--timeout', '60s');
    const left = await kubectl([
      'get',
      'deploy,svc,sa,secrets',
      '-l',
      `app.kubernetes.io/instance=${name}`,
      '-o',
      'name',
    ]);
    expect(left).toMatchObject({ code: 0, stdout: '' });
    expect(await helm('list', '-q')).toBe('');
  });
});
