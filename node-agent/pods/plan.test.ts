import { describe, expect, test } from 'vitest';
import type { Pod } from '../../shared/api/object.ts';
import type { ContainerRecord } from '../runtime/container-runtime.ts';
import { aPod } from '../testing/pods.ts';
import { appLabels, type ObservedPod, observedPod, sandboxLabels } from './identity.ts';
import { newPodMemory, type PodMemory } from './memory.ts';
import { plan } from './plan.ts';
import { podStatus } from './status.ts';

const now = Date.parse('2026-01-01T01:00:00Z');
const image = { id: 'sha256:1', repoDigests: [], sizeBytes: 1, user: '' };

const record = (id: string, labels: Record<string, string>, more: Partial<ContainerRecord> = {}): ContainerRecord => ({
  id,
  name: id,
  labels,
  state: 'running',
  createdAt: now - 60_000,
  startedAt: now - 60_000,
  image: 'app',
  imageId: 'sha256:1',
  ...more,
});
const sandbox = (pod: Pod, more: Partial<ContainerRecord> = {}) =>
  record('box', sandboxLabels(pod, { node: 'n', attempt: 0 }), { ip: '10.244.0.9', ...more });
const app = (pod: Pod, container: string, attempt: number, more: Partial<ContainerRecord> = {}) =>
  record(`${container}-${attempt}`, appLabels(pod, { node: 'n', attempt, container, sandboxId: 'box' }), more);
const exited = (exitCode: number, ago = 1_000): Partial<ContainerRecord> => ({
  state: 'exited',
  exitCode,
  finishedAt: now - ago,
});

function memoryOf(change: (memory: PodMemory) => void = () => {}): PodMemory {
  const memory = newPodMemory({ startTime: now - 60_000 });
  memory.volumes = 'mounted';
  change(memory);
  return memory;
}

const steps = (pod: Pod | undefined, observed: ObservedPod, memory: PodMemory) => {
  const result = plan({ pod, observed, memory, now });
  return result.steps.map((step) => step.type + ('container' in step ? ` ${step.container}` : ''));
};

describe('plan', () => {
  const pod = aPod();
  const deleted = aPod({}, { deletionTimestamp: 'now', deletionGracePeriodSeconds: 5 });
  const two = aPod({
    containers: [
      { name: 'a', image: 'x' },
      { name: 'b', image: 'y' },
    ],
  });
  const withInit = aPod({ initContainers: [{ name: 'init', image: 'x' }] });
  const once = aPod({ restartPolicy: 'Never' });
  const present = (name: string, attempt = 0) =>
    memoryOf((memory) => memory.images.set(name, { attempt, state: 'present', image }));

  const table: [string, Pod | undefined, ContainerRecord[], PodMemory, string[]][] = [
    ['a new Pod gets its volumes first', pod, [], newPodMemory({ startTime: now }), ['mountVolumes']],
    [
      'then a sandbox, while its images are looked for',
      two,
      [],
      memoryOf(),
      ['createSandbox', 'ensureImage a', 'ensureImage b'],
    ],
    [
      'a container starts when sandbox and image are there',
      pod,
      [sandbox(pod)],
      present('main'),
      ['runContainer main'],
    ],
    ['only the init container starts at first', withInit, [sandbox(withInit)], present('init'), ['runContainer init']],
    [
      'nothing starts beside a running init container',
      withInit,
      [sandbox(withInit), app(withInit, 'init', 0)],
      memoryOf(),
      [],
    ],
    [
      'containers follow a completed init container',
      withInit,
      [sandbox(withInit), app(withInit, 'init', 0, exited(0))],
      memoryOf(),
      ['ensureImage main'],
    ],
    [
      'a created container is started, not made again',
      pod,
      [sandbox(pod), app(pod, 'main', 0, { state: 'created' })],
      memoryOf(),
      ['startContainer main'],
    ],
    ['a running Pod needs nothing', pod, [sandbox(pod), app(pod, 'main', 0)], memoryOf(), []],
    [
      'the first failure is answered at once',
      pod,
      [sandbox(pod), app(pod, 'main', 0, exited(1))],
      memoryOf(),
      ['ensureImage main'],
    ],
    [
      'the next one after a back-off',
      pod,
      [sandbox(pod), app(pod, 'main', 1, exited(1))],
      memoryOf((memory) => memory.restarts.set('main', { delayMs: 10_000, raisedAt: now - 5_000 })),
      ['noteCrashLoop main'],
    ],
    [
      'an ended Pod gives up its sandbox and keeps its containers',
      once,
      [sandbox(once), app(once, 'main', 0, exited(0))],
      memoryOf(),
      ['removeSandbox', 'unmountVolumes'],
    ],
    [
      'containers outside a dead sandbox are stopped',
      pod,
      [sandbox(pod, { state: 'exited' }), app(pod, 'main', 0)],
      memoryOf(),
      ['stopContainer main'],
    ],
    [
      'a deleted Pod is stopped',
      deleted,
      [sandbox(deleted), app(deleted, 'main', 0)],
      memoryOf(),
      ['stopContainer main'],
    ],
    [
      'killed after its grace period',
      deleted,
      [sandbox(deleted), app(deleted, 'main', 0)],
      memoryOf((memory) => memory.stops.set('main-0', { requestedAt: now - 5_000, killed: false })),
      ['killContainer main'],
    ],
    [
      'and not before',
      deleted,
      [sandbox(deleted), app(deleted, 'main', 0)],
      memoryOf((memory) => memory.stops.set('main-0', { requestedAt: now - 4_000, killed: false })),
      [],
    ],
    [
      'then removed',
      deleted,
      [sandbox(deleted), app(deleted, 'main', 0, exited(0))],
      memoryOf(),
      ['removeContainer', 'removeSandbox'],
    ],
    ['with its volumes', deleted, [], memoryOf(), ['unmountVolumes']],
    ['and reported', deleted, [], memoryOf((memory) => Object.assign(memory, { volumes: 'unmounted' })), ['finish']],
    [
      'what nobody wants is stopped',
      undefined,
      [sandbox(pod), app(pod, 'main', 0)],
      memoryOf(),
      ['stopContainer main'],
    ],
    [
      'only two attempts of a container are kept',
      pod,
      [sandbox(pod), app(pod, 'main', 0, exited(1)), app(pod, 'main', 1, exited(1)), app(pod, 'main', 2)],
      memoryOf(),
      ['removeContainer'],
    ],
  ];

  test.each(table)('%s', (_title, wanted, records, memory, expected) => {
    expect(steps(wanted, observedPod(records), memory)).toEqual(expected);
  });

  test('a step that failed is held back until its time', () => {
    const memory = memoryOf((held) => held.held.set('createSandbox//', { until: now + 500, delayMs: 1_000 }));
    const result = plan({ pod, observed: observedPod([]), memory, now });
    expect(result.steps.map(({ type }) => type)).toEqual(['ensureImage']);
    expect(result.wakeAt).toBe(now + 500);
  });
});

describe('status', () => {
  const phaseOf = (pod: Pod, records: ContainerRecord[], memory = memoryOf()) =>
    podStatus({ pod, observed: observedPod(records), memory, now, nodeIP: '192.0.2.1', runtimeName: 'docker' }).phase;
  const pod = (policy: string, containers = ['a', 'b']) =>
    aPod({ restartPolicy: policy, containers: containers.map((name) => ({ name, image: 'x' })) });

  test.each([
    ['Never', [undefined, undefined], 'Pending'],
    ['Never', [{}, undefined], 'Pending'],
    ['Never', [{}, {}], 'Running'],
    ['Never', [{}, exited(1)], 'Running'],
    ['Never', [exited(0), exited(0)], 'Succeeded'],
    ['Never', [exited(0), exited(1)], 'Failed'],
    ['OnFailure', [exited(0), exited(1)], 'Running'],
    ['OnFailure', [exited(0), exited(0)], 'Succeeded'],
    ['Always', [exited(0), exited(1)], 'Running'],
  ])('under %s, %j is %s', (policy, states, expected) => {
    const subject = pod(policy);
    const records = states.flatMap((state, index) => (state ? [app(subject, 'ab'[index]!, 0, state)] : []));
    expect(phaseOf(subject, [sandbox(subject), ...records])).toBe(expected);
  });

  test('a phase that was final stays, whatever has become of the containers', () => {
    const ended = { ...pod('Never'), status: { phase: 'Failed' } };
    expect(phaseOf(ended, [])).toBe('Failed');
  });
});
