import type { Pod } from '../../shared/api/object.ts';
import { retryAfter } from './backoff.ts';
import { containerLabels, latest, type ObservedPod, type PodContainer } from './identity.ts';
import type { PodMemory } from './memory.ts';
import { containersOf, exitCodeOf, hasEnded, initContainersOf, isRunning, outcome, shouldRun } from './outcome.ts';

/** One thing to do for a Pod. The steps of one plan are independent of each other and run at the same time. */
export type Step =
  | { type: 'mountVolumes' }
  | { type: 'createSandbox'; attempt: number }
  | { type: 'removeSandbox'; id: string }
  | { type: 'ensureImage'; container: string; attempt: number }
  /** Tells the world that a failed pull is being waited for. */
  | { type: 'noteImageBackOff'; container: string }
  /** Tells the world that a restart is being waited for. */
  | { type: 'noteCrashLoop'; container: string; delayMs: number }
  /** Creates and starts. `after` is when the attempt before it failed. */
  | { type: 'runContainer'; container: string; attempt: number; sandboxId: string; after?: number }
  | { type: 'startContainer'; container: string; id: string }
  | { type: 'stopContainer'; container: string; id: string; why: StopReason }
  | { type: 'killContainer'; container: string; id: string }
  | { type: 'removeContainer'; id: string }
  | { type: 'unmountVolumes' }
  /** Nothing of the Pod is left: its API object may go. */
  | { type: 'finish' };

export type StopReason = 'deleted' | 'deadline' | 'sandboxGone' | 'settled';

export interface Plan {
  steps: Step[];
  /** When to plan again even if nothing happens, in milliseconds. */
  wakeAt?: number;
}

export interface PlanInput {
  /** Undefined once the Pod is not wanted on this node any more. */
  pod: Pod | undefined;
  observed: ObservedPod;
  memory: Readonly<PodMemory>;
  now: number;
}

/** How long a failed pull shows as ErrImagePull before it shows as ImagePullBackOff. */
export const errImagePullForMs = 2_000;

/** Names a step for remembering that it failed. */
export function stepKey(step: Step): string {
  return [step.type, 'container' in step ? step.container : '', 'id' in step ? step.id : ''].join('/');
}

/**
 * What to do next for one Pod, from what is wanted and what is there. Called again after the steps are done, after every
 * event about the Pod, and at `wakeAt`, until it has nothing more to say.
 */
export function plan(input: PlanInput): Plan {
  const { steps, wakeAt } = decide(input);
  const due: Step[] = [];
  let next = wakeAt;
  for (const step of steps) {
    const held = input.memory.held.get(stepKey(step));
    if (held && held.until > input.now) next = earlier(next, held.until);
    else due.push(step);
  }
  return { steps: due, ...(next !== undefined ? { wakeAt: next } : {}) };
}

function decide(input: PlanInput): Plan {
  const { pod, observed, memory, now } = input;
  if (!pod || pod.metadata.deletionTimestamp) return tearDown(input);
  const end = outcome(pod, { observed, startTime: memory.startTime, now });
  if (end.settled) return settle(input, end.reason ? 'deadline' : 'settled');
  const run = keepRunning(input, pod);
  return end.deadlineAt === undefined ? run : { ...run, wakeAt: earlier(run.wakeAt, end.deadlineAt)! };
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

// ---- down

/** The Pod is to go: stop gracefully, then leave nothing behind. */
function tearDown(input: PlanInput): Plan {
  const stopping = stopRunning(input, input.observed.containers, 'deleted');
  if (stopping) return stopping;
  const { containers, sandboxes } = input.observed;
  if (containers.length + sandboxes.length > 0) {
    return { steps: [...containers.map(removeContainer), ...sandboxes.map(removeSandbox)] };
  }
  if (input.memory.volumes !== 'unmounted') return { steps: [{ type: 'unmountVolumes' }] };
  return { steps: input.memory.finished ? [] : [{ type: 'finish' }] };
}

/** The Pod has ended: its dead containers stay, for their logs, until it is deleted. */
function settle(input: PlanInput, why: StopReason): Plan {
  const stopping = stopRunning(input, input.observed.containers, why);
  if (stopping) return stopping;
  const steps: Step[] = input.observed.sandboxes.map(removeSandbox);
  if (input.memory.volumes !== 'unmounted') steps.push({ type: 'unmountVolumes' });
  return { steps };
}

/** Undefined when none of `containers` runs any more. */
function stopRunning(input: PlanInput, containers: PodContainer[], why: StopReason): Plan | undefined {
  const running = containers.filter(isRunning);
  if (running.length === 0) return undefined;
  const result: Plan = { steps: [] };
  for (const container of running) {
    const { record, name } = container;
    const stop = input.memory.stops.get(record.id);
    if (!stop) {
      result.steps.push({ type: 'stopContainer', container: name, id: record.id, why });
      continue;
    }
    const deadline = stop.requestedAt + gracePeriodMs(input.pod, container);
    if (stop.killed) continue;
    if (input.now >= deadline) result.steps.push({ type: 'killContainer', container: name, id: record.id });
    else result.wakeAt = earlier(result.wakeAt, deadline)!;
  }
  return result;
}

/** A deletion may shorten the grace period while it runs; a Pod that is gone from the API keeps the one on its labels. */
export function gracePeriodMs(pod: Pod | undefined, container: PodContainer): number {
  const labelled = Number(container.record.labels[containerLabels.gracePeriod] ?? 30);
  const seconds = pod?.metadata.deletionGracePeriodSeconds ?? pod?.spec?.terminationGracePeriodSeconds ?? labelled;
  return Math.max(seconds, 1) * 1000;
}

const removeContainer = ({ record }: PodContainer): Step => ({ type: 'removeContainer', id: record.id });
const removeSandbox = ({ record }: PodContainer): Step => ({ type: 'removeSandbox', id: record.id });

// ---- up

function keepRunning(input: PlanInput, pod: Pod): Plan {
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
  if (!begun) {
    for (const { name } of initContainersOf(pod)) {
      const container = latest(observed, name);
      const inSandbox = container !== undefined && container.sandboxId === sandboxId;
      if (inSandbox && hasEnded(container) && exitCodeOf(container) === 0) continue;
      if (inSandbox && isRunning(container)) return { steps: [] };
      return startNext(input, { name, container, sandboxId });
    }
  }
  return merge(
    containersOf(pod).map(({ name }) => {
      const container = latest(observed, name);
      if (container && isRunning(container)) return { steps: [] };
      if (!shouldRun(pod, container)) return { steps: [] };
      return startNext(input, { name, container, sandboxId });
    }),
  );
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
