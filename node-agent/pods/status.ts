import type { ContainerStatus, Pod, PodStatus } from '../../shared/api/object.ts';
import { timestamp } from '../clock.ts';
import { conditionsOf } from './conditions.ts';
import { type ContainerStatusInput, containerStatus } from './container-status.ts';
import { isStarted } from './health.ts';
import { latest } from './identity.ts';
import {
  containersOf,
  exitCodeOf,
  hasEnded,
  initContainersOf,
  isRunning,
  isSidecar,
  outcome,
  sidecarsOf,
} from './outcome.ts';
import { qosClass } from './qos.ts';

export interface PodStatusInput extends Omit<ContainerStatusInput, 'ending'> {
  now: number;
  nodeIP: string;
}

const deadlineMessage = 'Pod was active on the node longer than the specified deadline';

/** The status of a Pod as the kubelet reports it. */
export function podStatus(input: PodStatusInput): PodStatus {
  const { pod, observed, memory, now, nodeIP } = input;
  const end = outcome(pod, { observed, startTime: memory.startTime, now });
  const stopped = !observed.containers.some(isRunning);
  const ending = stopped && (end.settled || pod.metadata.deletionTimestamp !== undefined);
  const statusInput: ContainerStatusInput = { ...input, ending };
  const initialized = isInitialized(input);
  const initStatuses = initContainersOf(pod).map((container) =>
    containerStatus(statusInput, { container, init: true, waitingFor: 'PodInitializing' }),
  );
  const statuses = containersOf(pod).map((container) =>
    containerStatus(statusInput, {
      container,
      init: false,
      waitingFor: initialized ? 'ContainerCreating' : 'PodInitializing',
    }),
  );
  const exceeded = end.settled && end.reason === 'DeadlineExceeded';
  const phase = exceeded ? 'Failed' : phaseOf(pod, { initStatuses, statuses, ending, stopped });
  const sandbox = observed.sandboxes.find(isRunning);
  const ip = pod.spec?.hostNetwork ? (sandbox ? nodeIP : memory.ip) : (sandbox?.record.ip ?? memory.ip);
  const others = pod.status?.conditions ?? [];
  return {
    ...(pod.metadata.generation !== undefined ? { observedGeneration: pod.metadata.generation } : {}),
    phase,
    conditions: conditionsOf({
      pod,
      phase,
      initStatuses,
      statuses,
      initialized,
      sandboxReady: sandbox !== undefined,
      before: memory.status?.conditions ?? others,
      others,
      now,
    }),
    ...(exceeded ? { reason: 'DeadlineExceeded', message: deadlineMessage } : {}),
    hostIP: nodeIP,
    hostIPs: [{ ip: nodeIP }],
    ...(ip ? { podIP: ip, podIPs: [{ ip }] } : {}),
    startTime: timestamp(memory.startTime),
    ...(initStatuses.length > 0 ? { initContainerStatuses: initStatuses } : {}),
    containerStatuses: statuses,
    qosClass: qosClass(pod),
  };
}

/** All init containers are done; once that is so, a regular container that exists keeps proving it. */
function isInitialized({ pod, observed, memory }: PodStatusInput): boolean {
  if (containersOf(pod).some(({ name }) => latest(observed, name))) return true;
  return initContainersOf(pod).every((spec) => {
    const container = latest(observed, spec.name);
    if (isSidecar(spec)) return container !== undefined && isStarted(spec, container, memory);
    return container !== undefined && hasEnded(container) && exitCodeOf(container) === 0;
  });
}

interface Statuses {
  initStatuses: ContainerStatus[];
  statuses: ContainerStatus[];
  ending: boolean;
  /** No container runs. */
  stopped: boolean;
}

/** The kubelet's `getPhase`. A phase that the API holds as final stays. */
function phaseOf(pod: Pod, { initStatuses, statuses, ending, stopped }: Statuses): string {
  const apiPhase = pod.status?.phase;
  if (apiPhase === 'Succeeded' || apiPhase === 'Failed') return apiPhase;
  const policy = pod.spec?.restartPolicy ?? 'Always';
  const sidecars = new Set(sidecarsOf(pod).map(({ name }) => name));
  const failedInit = initStatuses.some((status) => !sidecars.has(status.name) && failed(status));
  if (failedInit && policy === 'Never') return stopped ? 'Failed' : 'Pending';
  const begun = statuses.some(({ state, lastState }) => state?.running || state?.terminated || lastState?.terminated);
  const isPassed = ({ name, ready, started }: ContainerStatus) => (sidecars.has(name) ? started : ready);
  if (!ending && !begun && !initStatuses.every(isPassed)) return 'Pending';
  const phase = phaseOfContainers(statuses, { policy, ending });
  // An end is an end only once the sidecars have stopped too.
  return stopped || phase === 'Pending' ? phase : 'Running';
}

function phaseOfContainers(
  statuses: ContainerStatus[],
  { policy, ending }: { policy: string; ending: boolean },
): string {
  const count = (test: (status: ContainerStatus) => unknown) => statuses.filter(test).length;
  const waiting = count(({ state, lastState }) => state?.waiting && !lastState?.terminated);
  const running = count(({ state }) => state?.running);
  const succeeded = count(({ state }) => state?.terminated?.exitCode === 0);
  if (ending) return succeeded === statuses.length ? 'Succeeded' : 'Failed';
  if (waiting > 0) return 'Pending';
  if (running > 0 || policy === 'Always') return 'Running';
  if (succeeded === statuses.length) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

function failed(status: ContainerStatus): boolean {
  const { terminated } = status.state ?? {};
  if (terminated) return terminated.exitCode !== 0;
  return status.state?.waiting !== undefined && (status.lastState?.terminated?.exitCode ?? 0) !== 0;
}
