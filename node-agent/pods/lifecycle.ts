import type { Container, Pod } from '../../shared/api/object.ts';
import type { Clock } from '../clock.ts';
import { type Log, textOf } from '../log.ts';
import { execCommand } from '../probes/exec.ts';
import { httpGet } from '../probes/http-get.ts';
import type { ProbeResult } from '../probes/probe.ts';
import type { ContainerRuntime } from '../runtime/container-runtime.ts';
import type { EventRecorder } from './events.ts';
import { refOf } from './identity.ts';
import type { PodMemory } from './memory.ts';
import { restartPolicyOf } from './outcome.ts';
import type { StopReason } from './step.ts';

export type LifecycleHandler = NonNullable<NonNullable<Container['lifecycle']>['postStart']>;

export interface LifecycleDeps {
  clock: Clock;
  log: Log;
  runtime: ContainerRuntime;
  events: EventRecorder;
}

interface Subject {
  pod: Pod | undefined;
  memory: PodMemory;
  wake(): void;
}

interface HookTarget {
  id: string;
  spec: Container;
  podIP: string;
}

/** The longest that a timer can wait: a hook has no time limit of its own. */
const unlimitedMs = 2 ** 31 - 1;
const userAgent = 'kube-lifecycle/1.36';

/**
 * Runs the `postStart` hook of a container that has just started, beside everything else. Until it is over the container
 * does not count as started; when it fails the container is given up.
 */
export function startHook(deps: LifecycleDeps, { id, spec }: { id: string; spec: Container }, subject: Subject): void {
  const handler = spec.lifecycle?.postStart;
  const { pod, memory, wake } = subject;
  if (!handler || !pod) return;
  memory.health.set(id, { starting: true });
  void runHook(deps, handler, { id, spec, podIP: memory.ip ?? '' }).then(({ outcome, output }) => {
    if (outcome === 'failure') {
      deps.log.warn({ ...refOf(pod), container: spec.name, output }, 'a postStart hook failed');
      const container = spec.name;
      deps.events.pod(pod, {
        type: 'Warning',
        reason: 'FailedPostStartHook',
        message: 'PostStartHook failed',
        container,
      });
      memory.condemned.set(id, { reason: 'postStart' });
    }
    memory.health.set(id, {});
    wake();
  });
}

/** Asks a container to end: its `preStop` hook first, where it has one and the time for it. */
export async function stopContainer(
  deps: LifecycleDeps,
  { id, container, why }: { id: string; container: string; why: StopReason },
  { pod, memory, wake }: Subject,
): Promise<void> {
  const { clock, runtime, events } = deps;
  const spec = pod && specNamed(pod, container);
  const handler = spec?.lifecycle?.preStop;
  const hasTime = pod?.metadata.deletionGracePeriodSeconds !== 0;
  const requestedAt = clock.now();
  if (pod && handler && hasTime) {
    const stop = { requestedAt, hook: true, killed: false };
    memory.stops.set(id, stop);
    void runHook(deps, handler, { id, spec, podIP: memory.ip ?? '' }).then(({ outcome, output }) => {
      if (outcome === 'failure') {
        deps.log.warn({ ...refOf(pod), container, output }, 'a preStop hook failed');
        events.pod(pod, { type: 'Warning', reason: 'FailedPreStopHook', message: 'PreStopHook failed', container });
      }
      stop.hook = false;
      wake();
    });
  } else {
    await runtime.signal(id, 'stop');
    memory.stops.set(id, { requestedAt, killed: false });
  }
  if (pod) {
    const message =
      why === 'condemned' ? whyCondemned(pod, { id, container }, memory) : `Stopping container ${container}`;
    events.pod(pod, { type: 'Normal', reason: 'Killing', message, container });
  }
}

export async function signalContainer(
  { clock, runtime }: LifecycleDeps,
  { id }: { id: string },
  { memory }: Subject,
): Promise<void> {
  await runtime.signal(id, 'stop');
  const stop = memory.stops.get(id);
  if (stop) stop.signalledAt = clock.now();
}

function whyCondemned(pod: Pod, { id, container }: { id: string; container: string }, memory: PodMemory): string {
  const reason = memory.condemned.get(id)?.reason;
  if (reason === 'postStart') return 'FailedPostStartHook';
  const message = `Container ${container} failed ${reason} probe`;
  return restartPolicyOf(pod, container) === 'Never' ? message : `${message}, will be restarted`;
}

function specNamed(pod: Pod, name: string): Container | undefined {
  return [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].find((spec) => spec.name === name);
}

/** Never rejects. */
async function runHook(
  { clock, runtime }: LifecycleDeps,
  { exec, httpGet: http, sleep }: LifecycleHandler,
  { id, spec, podIP }: HookTarget,
): Promise<ProbeResult> {
  try {
    if (exec) return await execCommand({ runtime, id, command: exec.command ?? [], timeoutMs: unlimitedMs });
    if (http) return await httpGet({ action: http, container: spec, podIP, timeoutMs: unlimitedMs, userAgent });
    if (sleep) await new Promise<void>((resolve) => clock.after(sleep.seconds * 1000, resolve));
    return { outcome: 'success', output: '' };
  } catch (error) {
    return { outcome: 'failure', output: textOf(error) };
  }
}
