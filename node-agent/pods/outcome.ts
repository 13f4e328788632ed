import type { Container, Pod } from '../../shared/api/object.ts';
import { latest, type ObservedPod, type PodContainer } from './identity.ts';

/** A container whose process is over, or could never be started. */
export function hasEnded({ record }: PodContainer): boolean {
  return record.state === 'exited' || (record.state === 'created' && record.error !== undefined);
}

export function isRunning({ record }: PodContainer): boolean {
  return record.state === 'running';
}

export function exitCodeOf({ record }: PodContainer): number {
  return record.exitCode ?? 0;
}

/** An init container that stays beside the others. */
export function isSidecar({ restartPolicy }: Container): boolean {
  return restartPolicy === 'Always';
}

/** `Always`, `OnFailure` or `Never`: a sidecar's own, else the Pod's. */
export function restartPolicyOf(pod: Pod, container: string): string {
  if (sidecarsOf(pod).some(({ name }) => name === container)) return 'Always';
  return pod.spec?.restartPolicy ?? 'Always';
}

/** Whether the restart policy gives an ended container another start. */
export function restarts(pod: Pod, container: PodContainer): boolean {
  const policy = restartPolicyOf(pod, container.name);
  return policy === 'Always' || (policy === 'OnFailure' && exitCodeOf(container) !== 0);
}

/** Whether the container should be (or become) running, leaving back-off aside. */
export function shouldRun(pod: Pod, container: PodContainer | undefined): boolean {
  return !container || !hasEnded(container) || restarts(pod, container);
}

export function containersOf(pod: Pod): Container[] {
  return pod.spec?.containers ?? [];
}

export function initContainersOf(pod: Pod): Container[] {
  return pod.spec?.initContainers ?? [];
}

export function sidecarsOf(pod: Pod): Container[] {
  return initContainersOf(pod).filter(isSidecar);
}

export type Outcome = { settled: false; deadlineAt?: number } | { settled: true; reason?: 'DeadlineExceeded' };

/** Whether the Pod has come to its end: by itself, by its deadline, or because the API already says so. */
export function outcome(
  pod: Pod,
  { observed, startTime, now }: { observed: ObservedPod; startTime: number; now: number },
): Outcome {
  const deadline = pod.spec?.activeDeadlineSeconds;
  const deadlineAt = deadline === undefined ? undefined : startTime + deadline * 1000;
  const apiPhase = pod.status?.phase;
  if (apiPhase === 'Succeeded' || apiPhase === 'Failed') {
    return pod.status?.reason === 'DeadlineExceeded'
      ? { settled: true, reason: 'DeadlineExceeded' }
      : { settled: true };
  }
  const endedAt = endOf(pod, observed);
  const inTime = deadlineAt === undefined || (endedAt ?? now) < deadlineAt;
  if (endedAt !== undefined && inTime) return { settled: true };
  if (!inTime) return { settled: true, reason: 'DeadlineExceeded' };
  return { settled: false, ...(deadlineAt !== undefined ? { deadlineAt } : {}) };
}

/** When the Pod ended by itself; undefined while anything in it runs or will run. Sidecars do not keep it going. */
function endOf(pod: Pod, observed: ObservedPod): number | undefined {
  const sidecars = new Set(sidecarsOf(pod).map(({ name }) => name));
  const running = observed.containers.some((container) => isRunning(container) && !sidecars.has(container.name));
  const failedInit = initContainersOf(pod)
    .map(({ name }) => latest(observed, name))
    .find((container) => container && hasEnded(container) && exitCodeOf(container) !== 0 && !restarts(pod, container));
  if (failedInit && !running) return failedInit.record.finishedAt ?? failedInit.record.createdAt;
  const last = containersOf(pod).map(({ name }) => latest(observed, name));
  if (last.length === 0 || last.some((container) => shouldRun(pod, container))) return undefined;
  return Math.max(...last.map((container) => container?.record.finishedAt ?? 0));
}
