import { beforeEach, expect, test } from 'vitest';
import type { Container, Pod } from '../../shared/api/object.ts';
import { silentLog } from '../log.ts';
import { appLabels, observedPod } from '../pods/identity.ts';
import { newPodMemory, type PodMemory } from '../pods/memory.ts';
import { createMemoryRuntime } from '../runtime/memory-runtime.ts';
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts';
import { aPod } from '../testing/pods.ts';
import type { ProbeResult } from './probe.ts';
import { createProbes, type Probes } from './probes.ts';

let clock: ManualClock;
let probes: Probes;
let memory: PodMemory;
let events: string[];
let looks: string[];
let answer: (kind: string) => ProbeResult | Error;
const success: ProbeResult = { outcome: 'success', output: '' };
const failure: ProbeResult = { outcome: 'failure', output: 'HTTP probe failed with statuscode: 500' };

beforeEach(() => {
  clock = createManualClock();
  memory = newPodMemory({ startTime: clock.now() });
  events = [];
  looks = [];
  answer = () => success;
  probes = createProbes({
    clock,
    log: silentLog,
    runtime: createMemoryRuntime(),
    events: { pod: (_pod, { reason, message }) => events.push(`${reason}: ${message}`), node: () => {} },
    run: async (probe) => {
      const kind = probe.exec?.command?.[0] ?? '';
      looks.push(kind);
      const said = answer(kind);
      if (said instanceof Error) throw said;
      return said;
    },
  });
});

const probe = (kind: string, more: object = {}) => ({ exec: { command: [kind] }, periodSeconds: 10, ...more });
const podWith = (container: Partial<Container>): Pod =>
  aPod({ containers: [{ name: 'main', image: 'a', ...container }] });

function follow(pod: Pod): void {
  const labels = appLabels(pod, { node: 'n', attempt: 0, container: 'main', sandboxId: 'box' });
  const times = { createdAt: clock.now(), startedAt: started };
  const record = { id: 'c1', name: 'c1', labels, state: 'running' as const, image: 'a', imageId: 'i', ...times };
  probes.follow({ pod, observed: observedPod([record]), memory, wake: () => follow(pod) });
}
let started: number;
/** Lets `ms` pass second by second, with what is asked meanwhile answered. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const begin = (pod: Pod) => {
  started = clock.now();
  follow(pod);
};

test('readiness is asked after its delay, then each period, and needs its threshold to fall', async () => {
  begin(podWith({ readinessProbe: probe('r', { initialDelaySeconds: 5, failureThreshold: 2 }) }));
  await pass(4);
  expect(looks).toEqual([]);
  await pass(1);
  expect(memory.health.get('c1')).toEqual({ ready: true });
  answer = () => failure;
  await pass(10);
  expect(memory.health.get('c1')).toEqual({ ready: true });
  await pass(10);
  expect(memory.health.get('c1')).toEqual({ ready: false });
  expect(events).toEqual(Array(2).fill('Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 500'));
});

test('a liveness probe that fails its threshold gives the container up, and is asked no more', async () => {
  answer = () => failure;
  begin(podWith({ livenessProbe: probe('l', { failureThreshold: 3, terminationGracePeriodSeconds: 7 }) }));
  await pass(19);
  expect(memory.condemned.size).toBe(0);
  await pass(1);
  expect(memory.condemned.get('c1')).toEqual({ reason: 'liveness', gracePeriodSeconds: 7 });
  await pass(30);
  expect(looks).toHaveLength(3);
});

test('until the startup probe has passed the others wait', async () => {
  answer = (kind) => (kind === 's' && clock.now() < started + 15_000 ? failure : success);
  begin(
    podWith({
      startupProbe: probe('s', { periodSeconds: 5, failureThreshold: 9 }),
      livenessProbe: probe('l'),
      readinessProbe: probe('r'),
    }),
  );
  await pass(14);
  expect(new Set(looks)).toEqual(new Set(['s']));
  await pass(3);
  expect(memory.health.get('c1')).toEqual({ started: true, ready: true });
  expect(looks.filter((kind) => kind === 's')).toHaveLength(4);
  expect(looks).toContain('l');
});

test('a startup probe that never passes gives the container up', async () => {
  answer = () => failure;
  begin(podWith({ startupProbe: probe('s', { periodSeconds: 1, failureThreshold: 4 }) }));
  await pass(5);
  expect(memory.condemned.get('c1')).toEqual({ reason: 'startup' });
});

test('a probe that cannot be run counts neither way', async () => {
  answer = () => new Error('no such port');
  begin(podWith({ livenessProbe: probe('l', { periodSeconds: 1, failureThreshold: 1 }) }));
  await pass(5);
  expect(memory.condemned.size).toBe(0);
  expect(events[0]).toBe('Unhealthy: Liveness probe errored and resulted in unknown state: no such port');
});

test('a Pod that is being deleted is asked only whether it is ready; one that is forgotten, nothing', async () => {
  const pod = podWith({
    livenessProbe: probe('l', { periodSeconds: 1 }),
    readinessProbe: probe('r', { periodSeconds: 1 }),
  });
  begin(pod);
  await pass(2);
  follow({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: 'now' } });
  looks = [];
  await pass(3);
  expect(new Set(looks)).toEqual(new Set(['r']));
  probes.forget(pod.metadata.uid!);
  looks = [];
  await pass(3);
  expect(looks).toEqual([]);
});
