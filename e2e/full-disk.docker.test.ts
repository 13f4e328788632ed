import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Log } from '../node-agent/log.ts';
import { readDisk } from '../node-agent/node/machine.ts';
import { eventually } from '../node-agent/testing/pods.ts';
import type { NodeCondition } from '../shared/api/object.ts';
import { AgentLab, forever, sh, slow } from './lab/agent-lab.ts';

let lab: AgentLab;
let dataDir: string;
let errors: string[];

beforeAll(async () => {
  lab = await AgentLab.start();
});
beforeEach(async () => {
  errors = [];
  dataDir = join(lab.host.folder, 'small');
  mkdirSync(dataDir);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'small', dataDir]);
  const log: Log = { info: () => {}, warn: () => {}, error: (_values, message) => errors.push(message) };
  await lab.begin({ dataDir, deps: { log, disk: () => readDisk(dataDir) } });
});
afterEach(async () => {
  await lab.finish();
  execFileSync('umount', ['-l', dataDir]);
});
afterAll(() => lab?.host.destroy());

const pressure = () =>
  (lab.end.nodeStatus()?.conditions as NodeCondition[] | undefined)?.find(({ type }) => type === 'DiskPressure');
const filler = () => join(dataDir, 'filler');

/** Leaves no byte free. */
function fill(): void {
  const { bsize, bavail } = statfsSync(dataDir);
  writeFileSync(filler(), Buffer.alloc(bsize * bavail));
}

test('a full disk is told, disturbs nothing that runs, and costs nothing once there is space again', async () => {
  const running = lab.add({ containers: [sh(forever)] });
  await lab.phase(running, 'Running');
  const before = await lab.containers(running);
  fill();
  // A Pod that comes now is not lost: it waits, and says for what.
  const volumes = [{ name: 'v', configMap: { name: 'c' } }];
  const volumeMounts = [{ name: 'v', mountPath: '/v' }];
  lab.end.apply({
    type: 'ADDED',
    resource: 'configmaps',
    object: { metadata: { name: 'c', namespace: 'default' }, data: { key: 'x'.repeat(10_000) } } as never,
  });
  const late = lab.add({ volumes, containers: [sh(forever, { volumeMounts })] });
  await eventually(() => pressure()?.status === 'True', { ...slow, what: () => JSON.stringify(pressure()) });
  expect(pressure()).toMatchObject({ reason: 'KubeletHasDiskPressure', message: 'kubelet has disk pressure' });
  expect(errors).toContain('the desired state cannot be saved: a restarted agent would go by an older one');
  await eventually(() => lab.messages(late).some((message) => message.includes('no space left on device')), slow);
  expect(await lab.containers(running)).toEqual(before);
  expect(lab.status(running)?.phase).toBe('Running');

  rmSync(filler());
  await eventually(() => pressure()?.status === 'False', { ...slow, what: () => JSON.stringify(pressure()) });
  await lab.phase(late, 'Running');
  expect(await lab.containers(running)).toEqual(before);
  await eventually(() => {
    const { objects } = JSON.parse(readFileSync(join(dataDir, 'checkpoint.json'), 'utf8'));
    return objects.pods.length === 2;
  }, slow);
  // An agent that starts from that disk takes up both, with the control plane away.
  await lab.agent.stop();
  lab.end.disconnect({ refuse: true });
  await lab.startAgent();
  expect(await lab.containers(running)).toEqual(before);
  lab.end.accept();
  await lab.remove(late);
  await lab.remove(running);
});
