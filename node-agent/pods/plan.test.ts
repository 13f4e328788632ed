import { describe, expect, test } from 'vitest';
import type { Pod } from '../../shared/api/object.ts';
import type { ContainerRecord } from '../runtime/container-runtime.ts';
import { aPod } from '../testing/pods.ts';
import { appLabels, type ObservedPod, observedPod, sandboxLabels } from './identity.ts';
import { newPodMemory, type PodMemory, type Stop } from './memory.ts';
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
  const sidecar = { name: 'side', image: 'x', restartPolicy: 'Always' };
  const withSidecar = aPod({ restartPolicy: 'Never', initContainers: [sidecar] });
  const probedSidecar = aPod({ initContainers: [{ ...sidecar, startupProbe: { exec: { command: ['x'] } } }] });
  const deletedWithSidecar = { ...withSidecar, metadata: { ...deleted.metadata, uid: withSidecar.metadata.uid } };
  const stopped = (id: string, stop: Partial<Stop>) =>
    memoryOf((memory) => memory.stops.set(id, { requestedAt: now - 4_000, killed: false, ...stop }));
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
      'a container that its probe has given up is stopped, the others are not',
      two,
      [sandbox(two), app(two, 'a', 0), app(two, 'b', 0)],
      memoryOf((memory) => memory.condemned.set('a-0', { reason: 'liveness' })),
      ['stopContainer a'],
    ],
    [
      'and killed after the grace period of its probe',
      pod,
      [sandbox(pod), app(pod, 'main', 0)],
      memoryOf((memory) => {
        memory.condemned.set('main-0', { reason: 'liveness', gracePeriodSeconds: 3 });
        memory.stops.set('main-0', { requestedAt: now - 3_000, killed: false });
      }),
      ['killContainer main'],
    ],
    [
      'while a preStop hook runs there is no signal',
      deleted,
      [sandbox(deleted), app(deleted, 'main', 0)],
      stopped('main-0', { hook: true }),
      [],
    ],
    [
      'the signal follows the hook',
      deleted,
      [sandbox(deleted), app(deleted, 'main', 0)],
      stopped('main-0', { hook: false }),
      ['signalContainer main'],
    ],
    [
      'a hook ends with the grace period',
      deleted,
      [sandbox(deleted), app(deleted, 'main', 0)],
      stopped('main-0', { hook: true, requestedAt: now - 5_000 }),
      ['signalContainer main'],
    ],
    [
      'a late signal leaves two seconds',
      deleted,
      [sandbox(deleted), app(deleted, 'main', 0)],
      stopped('main-0', { hook: true, requestedAt: now - 6_000, signalledAt: now - 1_000 }),
      [],
    ],
    [
      'a sidecar that has started lets the containers start',
      withSidecar,
      [sandbox(withSidecar), app(withSidecar, 'side', 0)],
      present('main'),
      ['runContainer main'],
    ],
    [
      'one whose startup probe has not passed does not',
      probedSidecar,
      [sandbox(probedSidecar), app(probedSidecar, 'side', 0)],
      present('main'),
      [],
    ],
    [
      'a sidecar is restarted beside running containers, whatever the policy of the Pod',
      withSidecar,
      [sandbox(withSidecar), app(withSidecar, 'side', 0, exited(1)), app(withSidecar, 'main', 0)],
      present('side', 1),
      ['runContainer side'],
    ],
    [
      'a sidecar goes when the containers are done',
      withSidecar,
      [sandbox(withSidecar), app(withSidecar, 'side', 0), app(withSidecar, 'main', 0, exited(0))],
      memoryOf(),
      ['stopContainer side'],
    ],
    [
      'and after them when the Pod is deleted',
      deletedWithSidecar,
      [sandbox(withSidecar), app(withSidecar, 'side', 0), app(withSidecar, 'main', 0)],
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

  test('a container with a startup and a readiness probe becomes started, then ready', () => {
    const probe = { tcpSocket: { port: 1 } };
    const probed = aPod({ containers: [{ name: 'a', image: 'x', startupProbe: probe, readinessProbe: probe }] });
    const observed = observedPod([sandbox(probed), app(probed, 'a', 0)]);
    const states = [{}, { started: true }, { started: true, ready: true }].map((health) => {
      const memory = memoryOf(({ health: all }) => all.set('a-0', health));
      const status = podStatus({ pod: probed, observed, memory, now, nodeIP: '192.0.2.1', runtimeName: 'docker' });
      const ready = status.conditions?.find(({ type }) => type === 'Ready');
      return [
        status.containerStatuses?.[0]?.started,
        status.containerStatuses?.[0]?.ready,
        ready?.status,
        ready?.reason,
      ];
    });
    expect(states).toEqual([
      [false, false, 'False', 'ContainersNotReady'],
      [true, false, 'False', 'ContainersNotReady'],
      [true, true, 'True', undefined],
    ]);
  });

  test('a Pod with a sidecar succeeds when its containers have', () => {
    const subject = aPod({
      restartPolicy: 'Never',
      initContainers: [{ name: 'side', image: 'x', restartPolicy: 'Always' }],
    });
    const done = app(subject, 'main', 0, exited(0));
    expect(phaseOf(subject, [sandbox(subject), app(subject, 'side', 0), done])).toBe('Running');
    expect(phaseOf(subject, [sandbox(subject), app(subject, 'side', 0, exited(143)), done])).toBe('Succeeded');
  });

  test('a phase that was final stays, whatever has become of the containers', () => {
    const ended = { ...pod('Never'), status: { phase: 'Failed' } };
    expect(phaseOf(ended, [])).toBe('Failed');
  });
});
