import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pod } from '../../shared/api/object.ts';
import { createKubectl } from '../lab/kubectl.ts';
import { unmountBelow } from '../lab/mounts.ts';
import { eventually } from '../lab/wait.ts';

const launcher = join(import.meta.dirname, '..', '..', 'bin', 'fairlead.mjs');
const guestbook = 'http://127.0.0.1:30080/cgi-bin/guestbook';
let dataDir: string;

function fairlead(...args: string[]) {
  const result = spawnSync(process.execPath, [launcher, ...args], { encoding: 'utf8', timeout: 300_000 });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

const up = () => fairlead('up', '--data-dir', dataDir);
const down = () => fairlead('down', '--data-dir', dataDir);
const kubectl = () => createKubectl(join(dataDir, 'kubeconfig'));
const pods = () => kubectl().json<{ items: Pod[] }>(['get', 'pods']).items;
const uids = () =>
  pods()
    .map((pod) => pod.metadata.uid)
    .sort();
const answers = async () => (await fetch(guestbook, { signal: AbortSignal.timeout(3_000) })).ok;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fairlead-up-'));
});
afterAll(() => {
  down();
  unmountBelow(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
});

describe('fairlead up, on this machine', () => {
  test('brings up a cluster that runs the guestbook, and says how to use it', async () => {
    const { code, stdout, stderr } = up();
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    expect(stdout).toContain('The guestbook answers at http://127.0.0.1:30080');
    expect(stdout).toContain(`export KUBECONFIG=${dataDir}/kubeconfig`);
    expect(await answers()).toBe(true);
    expect(pods()).toHaveLength(6);
  }, 300_000);

  test('keeps its secrets to its owner', () => {
    for (const file of [
      'kubeconfig',
      'secrets.json',
      'tls/ca.key',
      'tls/server.key',
      'credentials/default.json',
      'workerd.capnp',
    ]) {
      expect([file, statSync(join(dataDir, file)).mode & 0o077]).toEqual([file, 0]);
    }
    const { adminToken, encryptionKey } = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8'));
    const { token } = JSON.parse(readFileSync(join(dataDir, 'credentials/default.json'), 'utf8'));
    const logs = ['server', 'agent'].map((name) => readFileSync(join(dataDir, 'logs', `${name}.log`), 'utf8')).join();
    const processes = spawnSync('ps', ['ax', '-o', 'args'], { encoding: 'utf8' }).stdout;
    for (const secret of [adminToken, encryptionKey, token]) {
      expect(logs).not.toContain(secret);
      expect(processes).not.toContain(secret);
    }
  });

  test('a second time it changes nothing', () => {
    const before = uids();
    const restarts = () => pods().flatMap((pod) => pod.status?.containerStatuses?.map((status) => status.containerID));
    const containers = restarts();
    expect(up().code).toBe(0);
    expect(uids()).toEqual(before);
    expect(restarts()).toEqual(containers);
  }, 120_000);

  test('after a kill of everything it comes back with the same Pods', async () => {
    const before = uids();
    kubectl().kubectl(['create', 'configmap', 'kept', '--from-literal=a=b']);
    // What a power failure does: the agent, the control plane and the engine with its containers, all at once.
    const docker = spawnSync('docker', ['ps', '-q'], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
    spawnSync('pkill', ['-KILL', '-f', dataDir]);
    spawnSync('docker', ['kill', ...docker]);
    await expect(answers()).rejects.toThrow();
    expect(up().code).toBe(0);
    expect(uids()).toEqual(before);
    expect(kubectl().json<{ data: object }>(['get', 'configmap', 'kept']).data).toEqual({ a: 'b' });
    await eventually('the guestbook', answers);
  }, 180_000);

  test('down stops it all and keeps the state; up has it back', async () => {
    const before = uids();
    expect(down().code).toBe(0);
    await expect(answers()).rejects.toThrow();
    expect(spawnSync('pgrep', ['-f', dataDir]).status).toBe(1);
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(dataDir);
    expect(up().code).toBe(0);
    expect(uids()).toEqual(before);
    await eventually('the guestbook', answers);
  }, 180_000);

  test('clusters beside it are made, isolated, and deleted whole by a command', () => {
    const args = ['--data-dir', dataDir];
    expect(fairlead('cluster', 'create', 'other', ...args).code).toBe(0);
    const kubeconfig = join(dataDir, 'other.kubeconfig');
    spawnSync('sh', ['-c', `umask 077; cat > ${kubeconfig}`], {
      input: fairlead('kubeconfig', '--cluster', 'other', ...args).stdout,
    });
    const other = createKubectl(kubeconfig);
    expect(other.json<{ items: Pod[] }>(['get', 'pods', '-A']).items).toEqual([]);
    other.kubectl(['create', 'configmap', 'mine']);
    expect(kubectl().attempt(['get', 'configmap', 'mine']).code).not.toBe(0);
    const listed = JSON.parse(fairlead('cluster', 'list', '-o', 'json', ...args).stdout) as { name: string }[];
    expect(listed.map(({ name }) => name).sort()).toEqual(['default', 'other']);
    expect(fairlead('cluster', 'delete', 'other', '--yes', ...args).code).toBe(0);
    expect(other.attempt(['get', 'configmap', 'mine']).stderr).toMatch(/not found|NotFound/);
    // A cluster of the same name is a new one.
    expect(fairlead('cluster', 'create', 'other', ...args).code).toBe(0);
    spawnSync('sh', ['-c', `cat > ${kubeconfig}`], {
      input: fairlead('kubeconfig', '--cluster', 'other', ...args).stdout,
    });
    expect(other.attempt(['get', 'configmap', 'mine']).stderr).toContain('configmaps "mine" not found');
    expect(fairlead('cluster', 'delete', 'other', '--yes', ...args).code).toBe(0);
  }, 120_000);

  test('a machine without Docker and without root is told what to install, and nothing is changed', () => {
    const elsewhere = join(dataDir, 'nobody');
    const command = [
      process.execPath,
      launcher,
      'up',
      '--data-dir',
      elsewhere,
      '--docker-host',
      'unix:///nonexistent.sock',
    ];
    const result = spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', ...command], {
      encoding: 'utf8',
    });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/^error: No Docker engine answers .* install and start Docker .*\n$/);
    expect(existsSync(elsewhere)).toBe(false);
  });
});
