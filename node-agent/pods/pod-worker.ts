import { jsonEqual } from '../../shared/api/json.ts';
import type { Pod, PodStatus } from '../../shared/api/object.ts';
import type { Clock } from '../clock.ts';
import { type Log, textOf } from '../log.ts';
import type { Probes } from '../probes/probes.ts';
import type { StepContext } from './executors.ts';
import type { ObservedPod, PodRef } from './identity.ts';
import { type Health, newPodMemory, type PodMemory } from './memory.ts';
import { hasEnded, isRunning } from './outcome.ts';
import { plan } from './plan.ts';
import { contradicts, patienceOf } from './report-rules.ts';
import { podStatus } from './status.ts';
import { type Step, stepKey } from './step.ts';

export interface PodWorkerDeps {
  clock: Clock;
  log: Log;
  nodeIP: string;
  runtimeName: string;
  observed(uid: string): ObservedPod;
  execute(step: Step, context: StepContext): Promise<void>;
  /** What a container left as its last words. */
  lastWords(pod: Pod, container: { name: string; id: string; attempt: number; failed: boolean }): Promise<string>;
  probes: Pick<Probes, 'follow' | 'forget'>;
  report(ref: PodRef, status: PodStatus, options: { patienceMs: number }): void;
  /** A status of the Pod is on its way to the API. */
  isReporting(uid: string): boolean;
  /** The Pod is not wanted and nothing of it is left. */
  gone(uid: string): void;
}

export interface PodWorker {
  readonly ref: PodRef;
  readonly pod: Pod | undefined;
  readonly memory: PodMemory;
  /** The Pod as it is wanted now; undefined when it is not. */
  want(pod: Pod | undefined): void;
  wake(): void;
  /** Tries at once what was put off; for when its cause may be gone. */
  retry(): void;
  /** While paused nothing is planned: the engine is away, and what is known of it is stale. */
  pause(paused: boolean): void;
  close(): void;
}

const firstHoldMs = 1_000;
const longestHoldMs = 60_000;

/**
 * One Pod on this node. Invariants: at most one plan is being carried out at any time; every plan sees the engine as it
 * is after all steps before it; the status goes out before the steps that follow from it.
 */
export function createPodWorker(deps: PodWorkerDeps, ref: PodRef, first: Pod | undefined): PodWorker {
  const { clock } = deps;
  const started = first?.status?.startTime ? Date.parse(first.status.startTime) : clock.now();
  const memory = newPodMemory({ startTime: started, ...(first?.status ? { status: first.status } : {}) });
  let pod = first;
  let wanted = first !== undefined;
  let paused = true;
  let dirty = false;
  let busy = false;
  let closed = false;
  let cancelTimer = () => {};

  function wake(): void {
    dirty = true;
    if (!busy && !paused && !closed) void run();
  }

  async function run(): Promise<void> {
    busy = true;
    try {
      while (dirty && !paused && !closed) {
        dirty = false;
        cancelTimer();
        await round();
      }
    } finally {
      busy = false;
    }
    if (dirty && !paused && !closed) void run();
  }

  async function round(): Promise<void> {
    const observed = deps.observed(ref.uid);
    notice(observed);
    if (pod && wanted) {
      deps.probes.follow({ pod, observed, memory, wake });
      await report(pod, observed);
    }
    const { steps, wakeAt } = plan({ pod: wanted ? pod : undefined, observed, memory, now: clock.now() });
    if (steps.length > 0) {
      dirty = true;
      const goes = steps.some(({ type }) => type === 'removeContainer' || type === 'removeSandbox');
      if (goes && pod?.metadata.deletionTimestamp) memory.frozen = true;
      await Promise.all(steps.map(attempt));
    } else if (!wanted && memory.finished) {
      close();
      deps.gone(ref.uid);
    } else if (wakeAt !== undefined && !closed) {
      cancelTimer = clock.after(Math.max(0, wakeAt - clock.now()), wake);
    }
  }

  function notice(observed: ObservedPod): void {
    const sandbox = observed.sandboxes.find(isRunning);
    const ip = pod?.spec?.hostNetwork ? sandbox && deps.nodeIP : sandbox?.record.ip;
    if (ip) memory.ip = ip;
    for (const { record } of observed.containers.filter(isRunning)) {
      const { id } = record;
      if (!memory.health.has(id)) memory.health.set(id, reportedHealth(`${deps.runtimeName}://${id}`, memory.status));
    }
  }

  async function report(current: Pod, observed: ObservedPod): Promise<void> {
    if (memory.frozen) return;
    for (const container of observed.containers) {
      const { id, exitCode } = container.record;
      if (!hasEnded(container) || memory.messages.has(id)) continue;
      const { name, attempt } = container;
      memory.messages.set(id, await deps.lastWords(current, { name, id, attempt, failed: exitCode !== 0 }));
    }
    const { nodeIP, runtimeName } = deps;
    const status = podStatus({ pod: current, observed, memory, now: clock.now(), nodeIP, runtimeName });
    if (memory.status && jsonEqual(status, memory.status)) return;
    memory.status = status;
    deps.report(ref, status, { patienceMs: patienceOf(current, status) });
  }

  /** Others may call a Pod unready while its node is away; that it is ready after all is then news again. */
  function contradict(said: PodStatus | undefined): void {
    const { status } = memory;
    if (!said || !status || memory.frozen || deps.isReporting(ref.uid) || !contradicts(said, status)) return;
    deps.report(ref, status, { patienceMs: 0 });
  }

  async function attempt(step: Step): Promise<void> {
    const key = stepKey(step);
    try {
      await deps.execute(step, { ref, pod, memory, wake });
      memory.held.delete(key);
    } catch (error) {
      const delayMs = Math.min(longestHoldMs, (memory.held.get(key)?.delayMs ?? firstHoldMs / 2) * 2);
      memory.held.set(key, { until: clock.now() + delayMs, delayMs });
      deps.log.warn({ ...ref, step: key, error: textOf(error), retryInMs: delayMs }, 'a step for a Pod failed');
    }
  }

  function close(): void {
    closed = true;
    cancelTimer();
    deps.probes.forget(ref.uid);
  }

  return {
    ref,
    memory,
    get pod() {
      return wanted ? pod : undefined;
    },
    want(next) {
      wanted = next !== undefined;
      if (next) {
        pod = next;
        contradict(next.status);
      } else deps.probes.forget(ref.uid);
      wake();
    },
    wake,
    retry() {
      memory.held.clear();
      wake();
    },
    pause(value) {
      paused = value;
      if (paused) deps.probes.forget(ref.uid);
      else wake();
    },
    close,
  };
}

/** What the agent before this one found out about a container that is running still. */
function reportedHealth(containerID: string, status: PodStatus | undefined): Health {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const reported = all.find((container) => container.containerID === containerID);
  return { started: reported?.started === true, ready: reported?.ready === true };
}
