import type { Container, Pod } from '../../shared/api/object.ts';
import { retryAfter } from './backoff.ts';
import { isStarted } from './health.ts';
import { latest, type ObservedPod, type PodContainer } from './identity.ts';
import { containersOf, exitCodeOf, hasEnded, initContainersOf, isRunning, isSidecar, shouldRun } from './outcome.ts';
import { removeContainer, removeSandbox, stopRunning } from './plan-down.ts';
import { earlier, type Plan, type PlanInput, type Step } from './step.ts';

/** How long a failed pull shows as ErrImagePull before it shows as ImagePullBackOff. */
export const errImagePullForMs = 2_000;

/** Brings every container of the Pod, in its order, to running and keeps it there. */
export function keepRunning(input: PlanInput, pod: Pod): Plan {
  const { observed, memory } = input;
  if (memory.volumes !== 'mounted') return { steps: [{ type: 'mountVolumes' }] };
  const sandbox = observed.sandboxes.find(isRunning);
  const orphans = observed.containers.filter((container) => container.sandboxId !== sandbox?.record.id);
  const stopping = stopRunning(input, orphans, 'sandboxGone');
  if (stopping) return stopping;

  const steps: Step[] = observed.sandboxes.filter((other) => other !== sandbox).map(removeSandbox);
  const attempts = observed.sandboxes.map(({ attempt }) => attempt);
  if (!sandbox)
    steps.push({
      type: 'createSandbox',
      attempt: Math.max(nextSandboxAttempt(observed), ...attempts.map((n) => n + 1)),
    });
  const containers = advance(input, pod, sandbox?.record.id);
  return { ...containers, steps: [...steps, ...containers.steps, ...removeForgotten(observed)] };
}

/** Dead containers outlive a removed sandbox, and say that there was one. */
function nextSandboxAttempt(observed: ObservedPod): number {
  return new Set(observed.containers.map(({ sandboxId }) => sandboxId)).size;
}

/** All but the latest container of each name and the one before it, whose logs `--previous` shows. */
function removeForgotten(observed: ObservedPod): Step[] {
  const kept = new Map<string, number>();
  return observed.containers
    .filter((container) => {
      const count = (kept.get(container.name) ?? 0) + 1;
      kept.set(container.name, count);
      return count > 2 && !isRunning(container);
    })
    .map(removeContainer);
}

function advance(input: PlanInput, pod: Pod, sandboxId: string | undefined): Plan {
  const { observed } = input;
  const begun = containersOf(pod).some(({ name }) => {
    const container = latest(observed, name);
    return container !== undefined && container.sandboxId === sandboxId;
  });
  const plans: Plan[] = [];
  for (const spec of initContainersOf(pod)) {
    // Once the containers have begun, only sidecars are kept among those that came before.
    if (begun && !isSidecar(spec)) continue;
    const { passed, plan } = advanceInit(input, { pod, spec, sandboxId });
    plans.push(plan);
    if (!passed && !begun) return merge(plans);
  }
  return merge([...plans, ...containersOf(pod).map(({ name }) => advanceOne(input, { pod, name, sandboxId }))]);
}

interface Position {
  pod: Pod;
  sandboxId: string | undefined;
}

/** `passed` when the next one may start: after an init container is done, or a sidecar has started. */
function advanceInit(
  input: PlanInput,
  { pod, spec, sandboxId }: Position & { spec: Container },
): { passed: boolean; plan: Plan } {
  const { name } = spec;
  const container = latest(input.observed, name);
  const inSandbox = container !== undefined && container.sandboxId === sandboxId;
  if (isSidecar(spec)) {
    const passed = inSandbox && isStarted(spec, container, input.memory);
    return { passed, plan: advanceOne(input, { pod, name, sandboxId }) };
  }
  if (inSandbox && hasEnded(container) && exitCodeOf(container) === 0) return { passed: true, plan: { steps: [] } };
  if (inSandbox && isRunning(container)) return { passed: false, plan: keepOrStop(input, container) };
  return { passed: false, plan: startNext(input, { name, container, sandboxId }) };
}

function advanceOne(input: PlanInput, { pod, name, sandboxId }: Position & { name: string }): Plan {
  const container = latest(input.observed, name);
  if (container && isRunning(container)) return keepOrStop(input, container);
  if (!shouldRun(pod, container)) return { steps: [] };
  return startNext(input, { name, container, sandboxId });
}

/** A running container is left alone, unless a probe or its `postStart` hook has given it up. */
function keepOrStop(input: PlanInput, container: PodContainer): Plan {
  const isCondemned = input.memory.condemned.has(container.record.id);
  return (isCondemned && stopRunning(input, [container], 'condemned')) || { steps: [] };
}

function merge(plans: Plan[]): Plan {
  const steps = plans.flatMap((each) => each.steps);
  const wakeAt = plans.reduce<number | undefined>((min, each) => earlier(min, each.wakeAt), undefined);
  return { steps, ...(wakeAt !== undefined ? { wakeAt } : {}) };
}

interface Candidate {
  name: string;
  /** Its newest container, not running. */
  container: PodContainer | undefined;
  sandboxId: string | undefined;
}

/** Brings the next attempt of a container one step nearer to running. */
function startNext(input: PlanInput, { name, container, sandboxId }: Candidate): Plan {
  const { memory, now } = input;
  if (container && !hasEnded(container)) {
    // Created and never started: the agent died in between.
    if (container.sandboxId !== sandboxId) return { steps: [removeContainer(container)] };
    return { steps: [{ type: 'startContainer', container: name, id: container.record.id }] };
  }
  const attempt = container ? container.attempt + 1 : 0;
  const failedAt = container && (container.record.finishedAt ?? container.record.createdAt);
  if (failedAt !== undefined && container?.sandboxId === sandboxId) {
    const backOff = memory.restarts.get(name);
    const retryAt = retryAfter(backOff, failedAt);
    if (now < retryAt) return waitForRestart(input, { name, retryAt, delayMs: retryAt - failedAt });
  }
  return startAttempt(input, { name, attempt, sandboxId, failedAt });
}

function waitForRestart(
  { memory }: PlanInput,
  { name, retryAt, delayMs }: { name: string; retryAt: number; delayMs: number },
): Plan {
  const noted = memory.problems.get(name)?.reason === 'CrashLoopBackOff';
  return { steps: noted ? [] : [{ type: 'noteCrashLoop', container: name, delayMs }], wakeAt: retryAt };
}

interface Attempt {
  name: string;
  attempt: number;
  sandboxId: string | undefined;
  failedAt: number | undefined;
}

function startAttempt({ memory, now }: PlanInput, { name, attempt, sandboxId, failedAt }: Attempt): Plan {
  const image = memory.images.get(name);
  if (image?.state === 'pulling') return { steps: [] };
  if (!image || image.attempt !== attempt) return { steps: [{ type: 'ensureImage', container: name, attempt }] };
  if (image.state === 'failed') {
    const retryAt = image.backOff.raisedAt + image.backOff.delayMs;
    if (now >= retryAt) return { steps: [{ type: 'ensureImage', container: name, attempt }] };
    const announceAt = image.backOff.raisedAt + errImagePullForMs;
    if (image.announced) return { steps: [], wakeAt: retryAt };
    return now >= announceAt
      ? { steps: [{ type: 'noteImageBackOff', container: name }], wakeAt: retryAt }
      : { steps: [], wakeAt: announceAt };
  }
  if (sandboxId === undefined) return { steps: [] };
  const after = failedAt === undefined ? {} : { after: failedAt };
  return { steps: [{ type: 'runContainer', container: name, attempt, sandboxId, ...after }] };
}
