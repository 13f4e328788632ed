import type { Pod } from '../../shared/api/object.ts';
import { containerLabels, type PodContainer } from './identity.ts';
import { isRunning, sidecarsOf } from './outcome.ts';
import { earlier, type Plan, type PlanInput, type Step, type StopReason } from './step.ts';

/** What a container gets at least between its signal and its death, however long its hook took. */
const leastGraceMs = 2_000;

/** The Pod is to go: stop gracefully, then leave nothing behind. */
export function tearDown(input: PlanInput): Plan {
  const stopping = stopAll(input, 'deleted');
  if (stopping) return stopping;
  const { containers, sandboxes } = input.observed;
  if (containers.length + sandboxes.length > 0) {
    return { steps: [...containers.map(removeContainer), ...sandboxes.map(removeSandbox)] };
  }
  if (input.memory.volumes !== 'unmounted') return { steps: [{ type: 'unmountVolumes' }] };
  return { steps: input.memory.finished ? [] : [{ type: 'finish' }] };
}

/** The Pod has ended: its dead containers stay, for their logs, until it is deleted. */
export function settle(input: PlanInput, why: StopReason): Plan {
  const stopping = stopAll(input, why);
  if (stopping) return stopping;
  const steps: Step[] = input.observed.sandboxes.map(removeSandbox);
  if (input.memory.volumes !== 'unmounted') steps.push({ type: 'unmountVolumes' });
  return { steps };
}

/** Sidecars outlive the containers that they serve, and go in the reverse of the order they came in. */
function stopAll(input: PlanInput, why: StopReason): Plan | undefined {
  const { pod, observed } = input;
  const sidecars = pod ? sidecarsOf(pod).map(({ name }) => name) : [];
  const others = observed.containers.filter(({ name }) => !sidecars.includes(name));
  const stages = [others, ...sidecars.reverse().map((name) => observed.containers.filter((one) => one.name === name))];
  for (const [stage, containers] of stages.entries()) {
    const stopping = stopRunning(input, containers, why, { late: stage > 0 });
    if (stopping) return stopping;
  }
  return undefined;
}

/**
 * Undefined when none of `containers` runs any more. The time of `late` ones counts from when the Pod's first container
 * was asked to stop.
 */
export function stopRunning(
  input: PlanInput,
  containers: PodContainer[],
  why: StopReason,
  { late = false } = {},
): Plan | undefined {
  const running = containers.filter(isRunning);
  if (running.length === 0) return undefined;
  const result: Plan = { steps: [] };
  for (const container of running) {
    const { steps, wakeAt } = stopOne(input, container, { why, late });
    result.steps.push(...steps);
    const next = earlier(result.wakeAt, wakeAt);
    if (next !== undefined) result.wakeAt = next;
  }
  return result;
}

function stopOne(input: PlanInput, container: PodContainer, { why, late }: { why: StopReason; late: boolean }): Plan {
  const { memory, now } = input;
  const target = { container: container.name, id: container.record.id };
  const stop = memory.stops.get(target.id);
  if (!stop) return { steps: [{ type: 'stopContainer', ...target, why }] };
  if (stop.killed) return { steps: [] };
  const begun = late ? Math.min(...[...memory.stops.values()].map(({ requestedAt }) => requestedAt)) : stop.requestedAt;
  const deadline = begun + gracePeriodMs(input, container);
  if (stop.hook !== undefined && stop.signalledAt === undefined) {
    if (stop.hook && now < deadline) return { steps: [], wakeAt: deadline };
    return { steps: [{ type: 'signalContainer', ...target }] };
  }
  const wasLate = late || stop.signalledAt !== undefined;
  const killAt = wasLate ? Math.max(deadline, (stop.signalledAt ?? stop.requestedAt) + leastGraceMs) : deadline;
  return now >= killAt ? { steps: [{ type: 'killContainer', ...target }] } : { steps: [], wakeAt: killAt };
}

/**
 * A deletion may shorten the grace period while it runs; a probe may have one of its own; a Pod that is gone from the API
 * keeps the one on its labels.
 */
export function gracePeriodMs({ pod, memory }: Pick<PlanInput, 'pod' | 'memory'>, { record }: PodContainer): number {
  const labelled = Number(record.labels[containerLabels.gracePeriod] ?? 30);
  const ofProbe = memory.condemned.get(record.id)?.gracePeriodSeconds;
  const seconds = deletionGrace(pod) ?? ofProbe ?? pod?.spec?.terminationGracePeriodSeconds ?? labelled;
  return Math.max(seconds, 1) * 1000;
}

function deletionGrace(pod: Pod | undefined): number | undefined {
  return pod?.metadata.deletionGracePeriodSeconds;
}

export const removeContainer = ({ record }: PodContainer): Step => ({ type: 'removeContainer', id: record.id });
export const removeSandbox = ({ record }: PodContainer): Step => ({ type: 'removeSandbox', id: record.id });
