import type { Container, ContainerStatus, Pod } from '../../shared/api/object.ts';
import { timestamp } from '../clock.ts';
import type { ImageRecord } from '../runtime/container-runtime.ts';
import { isReady, isStarted } from './health.ts';
import type { ObservedPod, PodContainer } from './identity.ts';
import type { PodMemory } from './memory.ts';
import { exitCodeOf, hasEnded, isRunning, isSidecar } from './outcome.ts';

type ContainerState = NonNullable<ContainerStatus['state']>;

export interface ContainerStatusInput {
  pod: Pod;
  observed: ObservedPod;
  memory: Readonly<PodMemory>;
  /** Prefix of container ids: `docker`. */
  runtimeName: string;
  /** The Pod is being taken down: what is not there any more will not come. */
  ending: boolean;
}

/** The status of one container, from its newest attempts. `waitingFor` is its reason while nothing else is known. */
export function containerStatus(
  input: ContainerStatusInput,
  { container, init, waitingFor }: { container: Container; init: boolean; waitingFor: string },
): ContainerStatus {
  const { observed, memory, runtimeName } = input;
  const [current, previous] = observed.containers.filter(({ name }) => name === container.name);
  if (!current) return absentStatus(input, { container, waitingFor });
  const problem = memory.problems.get(container.name);
  const isWaiting = problem !== undefined && !isRunning(current) && !input.ending;
  const state: ContainerState = isWaiting ? { waiting: problem } : stateOf(input, current, waitingFor);
  const ended = isWaiting && hasEnded(current) ? current : previous;
  const { ready, started } = healthOf(input, { container, current, init });
  return {
    name: container.name,
    state,
    lastState: ended && hasEnded(ended) ? { terminated: terminated(input, ended) } : {},
    ready,
    restartCount: current.attempt,
    image: container.image ?? current.record.image,
    imageID: imageId(memory.images.get(container.name), current),
    containerID: `${runtimeName}://${current.record.id}`,
    started,
  };
}

/** An init container is ready when it is done; one that stays (a sidecar) is like any other. */
function healthOf(
  { memory }: ContainerStatusInput,
  { container, current, init }: { container: Container; current: PodContainer; init: boolean },
): { ready: boolean; started: boolean } {
  if (init && !isSidecar(container)) return { ready: hasEnded(current) && exitCodeOf(current) === 0, started: false };
  return { ready: isReady(container, current, memory), started: isStarted(container, current, memory) };
}

function stateOf(input: ContainerStatusInput, current: PodContainer, waitingFor: string): ContainerState {
  if (isRunning(current))
    return { running: { startedAt: timestamp(current.record.startedAt ?? current.record.createdAt) } };
  if (hasEnded(current)) return { terminated: terminated(input, current) };
  return { waiting: { reason: waitingFor } };
}

/** What a container left behind: read by this agent, or by the one before it. */
function messageOf({ pod, memory }: ContainerStatusInput, containerID: string, id: string): string | undefined {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  const reported = statuses.flatMap(({ state, lastState }) => [state?.terminated, lastState?.terminated]);
  return memory.messages.get(id) ?? reported.find((ended) => ended?.containerID === containerID)?.message;
}

function terminated(input: ContainerStatusInput, { record }: PodContainer) {
  const containerID = `${input.runtimeName}://${record.id}`;
  const neverRan = record.state === 'created';
  const exitCode = record.exitCode ?? 0;
  const message = neverRan ? record.error : messageOf(input, containerID, record.id);
  const reason = neverRan ? 'StartError' : record.oomKilled ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error';
  const startedAt = record.startedAt ?? record.createdAt;
  return {
    exitCode,
    reason,
    ...(message ? { message } : {}),
    startedAt: timestamp(startedAt),
    finishedAt: timestamp(record.finishedAt ?? startedAt),
    containerID,
  };
}

/** `docker-pullable://` where a registry knows the image by digest, as the kubelet on Docker writes it. */
function imageId(
  image: PodMemory['images'] extends Map<string, infer T> ? T | undefined : never,
  current: PodContainer,
): string {
  const found: ImageRecord | undefined = image?.state === 'present' ? image.image : undefined;
  const digest = found?.id === current.record.imageId ? found.repoDigests[0] : undefined;
  return digest ? `docker-pullable://${digest}` : `docker://${current.record.imageId}`;
}

/** A container that the engine does not have: not created yet, or lost. */
function absentStatus(
  { pod, memory, ending }: ContainerStatusInput,
  { container, waitingFor }: { container: Container; waitingFor: string },
): ContainerStatus {
  const known = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  const before = known.find(({ name }) => name === container.name);
  if (ending && before?.state?.terminated) return before;
  if (ending && before?.containerID)
    return { ...before, ready: false, started: false, state: { terminated: lost(before) } };
  return {
    name: container.name,
    state: { waiting: memory.problems.get(container.name) ?? { reason: waitingFor } },
    lastState: before?.lastState ?? {},
    ready: false,
    restartCount: before?.restartCount ?? 0,
    image: container.image ?? '',
    imageID: '',
    started: false,
  };
}

function lost(before: ContainerStatus) {
  return {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    ...(before.containerID ? { containerID: before.containerID } : {}),
    startedAt: before.state?.running?.startedAt ?? null,
    finishedAt: null,
  } as unknown as NonNullable<ContainerState['terminated']>;
}
