import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { updateLatest } from '../harness/api-operations.ts';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { images } from '../harness/containers.ts';
import { kinds } from '../harness/kinds.ts';
import { aPod, runs } from '../harness/pods.ts';
import type { Served } from '../harness/resource.ts';
import { gone, refused } from '../harness/wait.ts';

/** Containers that fail are started again at once, then after 10 s, then after 20 s. */
const restartsMs = 50_000;

/** Resolves with the Pod once this is true of it. */
const becomes = (t: Conformance, name: string, what: string, check: (pod: Served<V1Pod>) => boolean) =>
  t.eventually(
    `${name} ${what}`,
    async () => {
      const pod = await t.resource(kinds.pod).get(name);
      if (check(pod)) return pod;
      throw new Error(JSON.stringify(pod.status));
    },
    restartsMs,
  );

const hasPhase = (t: Conformance, name: string, phase: string) =>
  becomes(t, name, `is ${phase}`, ({ status }) => status.phase === phase);

const onlyStatus = ({ status }: Served<V1Pod>): V1ContainerStatus => status.containerStatuses![0]!;

conforms('Pods, lifecycle', async (t) => {
  const pods = t.resource(kinds.pod);
  const labelSelector = `time=${t.unique('now')}`;
  const labels = { name: 'foo', time: labelSelector.slice('time='.length) };
  const { items, metadata: list } = await pods.list({ labelSelector });
  expect(items).toEqual([]);
  const watch = await pods.watch({ labelSelector, resourceVersion: list.resourceVersion });
  await pods.create(aPod('submitted', { labels, terminationGracePeriodSeconds: 1 }));
  expect((await pods.list({ labelSelector })).items).toHaveLength(1);
  await watch.until('ADDED');
  await runs(t, 'submitted');
  await pods.delete('submitted');
  const last = await watch.until('DELETED');
  expect(last.metadata.deletionTimestamp).toBeDefined();
  expect((await pods.list({ labelSelector })).items).toEqual([]);
});

conforms('Pods, ActiveDeadlineSeconds', async (t) => {
  const pods = t.resource(kinds.pod);
  await pods.create(aPod('limited', { labels: { name: 'foo' } }));
  await runs(t, 'limited');
  expect((await pods.list({ labelSelector: 'name=foo' })).items).toHaveLength(1);
  await updateLatest(pods, 'limited', ({ spec }) => {
    spec.activeDeadlineSeconds = 1;
  });
  const { status } = await hasPhase(t, 'limited', 'Failed');
  expect(status.reason).toBe('DeadlineExceeded');
});

conforms('Pods Generation, updates', async (t) => {
  const pods = t.resource(kinds.pod);
  const initContainers = [{ name: 'init', image: images.endsWith(0) }];
  await pods.create(aPod('counted', { initContainers }));
  expect((await runs(t, 'counted')).metadata.generation).toBe(1);
  const changes: [(pod: Served<V1Pod>) => unknown, number][] = [
    [() => undefined, 0],
    [({ spec }) => spec.tolerations!.push({ key: 'foo', operator: 'Equal', value: 'bar', effect: 'NoSchedule' }), 1],
    [({ spec }) => Object.assign(spec, { activeDeadlineSeconds: 5000 }), 1],
    [({ spec }) => Object.assign(spec.containers[0]!, { image: 'registry.example/app:2' }), 1],
    [({ spec }) => Object.assign(spec.initContainers![0]!, { image: 'registry.example/app:3' }), 1],
    [({ metadata }) => Object.assign(metadata, { annotations: { key: 'value' } }), 0],
    [({ metadata }) => Object.assign(metadata, { generation: 100 }), 0],
  ];
  let generation = 1;
  for (const [change, bump] of changes) {
    generation += bump;
    expect((await updateLatest(pods, 'counted', change)).metadata.generation).toBe(generation);
    await becomes(t, 'counted', `has seen ${generation}`, ({ status }) => status.observedGeneration === generation);
  }
});

conforms('Pods Generation, graceful delete', async (t) => {
  const pods = t.resource(kinds.pod);
  const pod = aPod('counted', { terminationGracePeriodSeconds: 60 });
  const created = await pods.create({ ...pod, metadata: { ...pod.metadata, generation: 100 } });
  expect(created.metadata.generation).toBe(1);
  // Held, so that it is there to be looked at however fast its container ends.
  await updateLatest(pods, 'counted', ({ metadata }) => {
    metadata.finalizers = ['example.com/held'];
  });
  await runs(t, 'counted');
  await pods.delete('counted', { gracePeriodSeconds: 60 });
  expect((await pods.get('counted')).metadata.generation).toBe(2);
  await pods.patch('counted', { metadata: { finalizers: null } });
  await gone('the Pod', () => pods.get('counted'));
});

// Five hundred requests, one after the other, beside everything else.
conforms(
  'Pods Generation, 500 updates',
  async (t) => {
    const pods = t.resource(kinds.pod);
    await pods.create(aPod('busy', { activeDeadlineSeconds: 5000 }));
    await runs(t, 'busy');
    for (let left = 4999; left > 4500; left -= 1) await pods.patch('busy', { spec: { activeDeadlineSeconds: left } });
    const { metadata } = await becomes(t, 'busy', 'has seen 500', ({ status }) => status.observedGeneration === 500);
    expect(metadata.generation).toBe(500);
  },
  { timeoutMs: 180_000 },
);

const init = (...exitCodes: number[]) =>
  exitCodes.map((exitCode, index) => ({ name: `init${index + 1}`, image: images.endsWith(exitCode) }));
const isInitialized = ({ status }: Served<V1Pod>) =>
  status.conditions?.find(({ type }) => type === 'Initialized')?.status;

conforms('init-container-starts-app-restartnever-pod', async (t) => {
  const container = { image: images.endsWith(0) };
  await t.resource(kinds.pod).create(aPod('once', { restartPolicy: 'Never', initContainers: init(0, 0), container }));
  const pod = await hasPhase(t, 'once', 'Succeeded');
  expect(isInitialized(pod)).toBe('True');
  expect(pod.status.initContainerStatuses?.map(({ ready }) => ready)).toEqual([true, true]);
});

conforms('init-container-starts-app-restartalways-pod', async (t) => {
  await t.resource(kinds.pod).create(aPod('always', { initContainers: init(0, 0) }));
  const pod = await runs(t, 'always');
  expect(isInitialized(pod)).toBe('True');
  expect(pod.status.initContainerStatuses?.map(({ ready }) => ready)).toEqual([true, true]);
});

conforms('init-container-fails-stops-app-restartalways-pod', async (t) => {
  await t.resource(kinds.pod).create(aPod('never-starts', { initContainers: init(1, 0) }));
  const pod = await becomes(t, 'never-starts', 'has restarted its first init container', ({ status }) => {
    return (status.initContainerStatuses?.[0]?.restartCount ?? 0) >= 3;
  });
  expect([pod.status.phase, isInitialized(pod)]).toEqual(['Pending', 'False']);
  expect(pod.status.initContainerStatuses?.[1]?.state).toMatchObject({ waiting: { reason: 'PodInitializing' } });
  expect(onlyStatus(pod)).toMatchObject({ restartCount: 0, state: { waiting: { reason: 'PodInitializing' } } });
});

conforms('init-container-fails-stops-app-restartnever-pod', async (t) => {
  await t.resource(kinds.pod).create(aPod('fails', { restartPolicy: 'Never', initContainers: init(0, 1) }));
  const pod = await hasPhase(t, 'fails', 'Failed');
  expect(isInitialized(pod)).toBe('False');
  const codes = pod.status.initContainerStatuses?.map(({ state }) => state?.terminated?.exitCode);
  expect(codes).toEqual([0, 1]);
  expect(onlyStatus(pod).state).toMatchObject({ waiting: { reason: 'PodInitializing' } });
});

conforms('Container Runtime, Restart Policy, Pod Phases', async (t) => {
  const container = { image: images.staysAtLast };
  const policies: [string, string, number, string][] = [
    ['Always', 'Running', 2, 'running'],
    ['OnFailure', 'Succeeded', 1, 'terminated'],
    ['Never', 'Failed', 0, 'terminated'],
  ];
  for (const [restartPolicy, phase, restarts, state] of policies) {
    const name = restartPolicy.toLowerCase();
    await t.resource(kinds.pod).create(aPod(name, { restartPolicy, container }));
    const pod = await becomes(t, name, `has restarted ${restarts} times`, (one) => {
      return one.status.phase === phase && one.status.containerStatuses?.[0]?.restartCount === restarts;
    });
    const settled = phase === 'Running' ? await runs(t, name) : pod;
    expect(Object.keys(onlyStatus(settled).state ?? {})).toEqual([state]);
    expect(onlyStatus(settled).ready).toBe(phase === 'Running');
  }
});

/** What is told of the end of a container that says something and ends. */
async function terminationMessage(t: Conformance, exitCode: number): Promise<string | undefined> {
  const container = { image: images.says('done', exitCode), terminationMessagePolicy: 'FallbackToLogsOnError' };
  await t.resource(kinds.pod).create(aPod('ends', { restartPolicy: 'Never', container }));
  const pod = await hasPhase(t, 'ends', exitCode === 0 ? 'Succeeded' : 'Failed');
  return onlyStatus(pod).state?.terminated?.message;
}

conforms("Container Runtime, TerminationMessage, from container's log output of failing container", async (t) => {
  expect((await terminationMessage(t, 1))?.trim()).toBe('done');
});

conforms('Container Runtime, TerminationMessage, from log output of succeeding container', async (t) => {
  expect((await terminationMessage(t, 0)) ?? '').toBe('');
});

conforms('Kubelet, failed pod, terminated reason', async (t) => {
  await t.resource(kinds.pod).create(aPod('failing', { container: { image: images.endsWith(1) } }));
  const pod = await becomes(t, 'failing', 'has failed', ({ status }) => {
    const [one] = status.containerStatuses ?? [];
    return Boolean(one?.state?.terminated ?? one?.lastState?.terminated);
  });
  const { state, lastState } = onlyStatus(pod);
  expect(state?.terminated ?? lastState?.terminated).toMatchObject({ reason: 'Error', exitCode: 1 });
});

conforms('Kubelet, failed pod, delete', async (t) => {
  const pods = t.resource(kinds.pod);
  await pods.create(aPod('failing', { container: { image: images.endsWith(1) } }));
  await pods.delete('failing');
  await gone('the Pod', () => pods.get('failing'));
  await refused(pods.get('failing'), { code: 404 });
});

conforms('Kubelet, log output, default', async (t) => {
  const pods = t.resource(kinds.pod);
  await pods.create(aPod('talks', { restartPolicy: 'Never', container: { image: images.says('hello', 0) } }));
  await hasPhase(t, 'talks', 'Succeeded');
  expect((await t.api.send('GET', `${pods.path}/talks/log`)).text).toBe('hello\n');
});
