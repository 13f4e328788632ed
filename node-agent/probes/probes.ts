import type { Container, Pod } from '../../shared/api/object.ts';
import type { Clock } from '../clock.ts';
import { type Log, textOf } from '../log.ts';
import type { EventRecorder } from '../pods/events.ts';
import { isStarted } from '../pods/health.ts';
import { latest, type ObservedPod, type PodContainer, refOf } from '../pods/identity.ts';
import type { PodMemory } from '../pods/memory.ts';
import { containersOf, initContainersOf, isRunning, isSidecar } from '../pods/outcome.ts';
import type { ContainerRuntime } from '../runtime/container-runtime.ts';
import type { Probe, ProbeKind, ProbeResult, ProbeTarget } from './probe.ts';
import { judge, noVerdict } from './verdict.ts';

/** A Pod as its worker sees it now. */
export interface ProbeSubject {
  pod: Pod;
  observed: ObservedPod;
  /** `health` and `condemned` take the verdicts. */
  memory: PodMemory;
  /** A verdict has changed. */
  wake(): void;
}

export interface Probes {
  /** Probes what runs of a Pod, and stops probing what does not; called at every look at the Pod. */
  follow(subject: ProbeSubject): void;
  /** The Pod is nothing to this node any more, or for now. */
  forget(uid: string): void;
  close(): void;
}

export interface ProbesDeps {
  clock: Clock;
  log: Log;
  runtime: ContainerRuntime;
  events: EventRecorder;
  /** Looks once. */
  run(probe: Probe, target: ProbeTarget): Promise<ProbeResult>;
}

interface Probing {
  stop(): void;
}

interface Watched {
  subject: ProbeSubject;
  /** By container id and kind. */
  probings: Map<string, Probing>;
}

const titles: Record<ProbeKind, string> = { startup: 'Startup', readiness: 'Readiness', liveness: 'Liveness' };

/** The probes of all Pods of the node: a timer for each probe of each running container. */
export function createProbes({ clock, log, runtime, events, run }: ProbesDeps): Probes {
  const pods = new Map<string, Watched>();

  function begin(watched: Watched, { kind, probe, container, current }: Candidate): Probing {
    const { id, startedAt = clock.now() } = current.record;
    const { initialDelaySeconds = 0, periodSeconds = 10, timeoutSeconds = 1 } = probe;
    let verdict = noVerdict;
    let stopped = false;
    let cancel = clock.after(Math.max(0, startedAt + initialDelaySeconds * 1000 - clock.now()), () => void tick());

    async function tick(): Promise<void> {
      const begunAt = clock.now();
      const result = await look();
      if (stopped) return;
      if (result) take(result);
      if (!stopped) cancel = clock.after(Math.max(0, begunAt + periodSeconds * 1000 - clock.now()), () => void tick());
    }

    async function look(): Promise<ProbeResult | undefined> {
      const { pod, memory } = watched.subject;
      const target = { runtime, pod, container, id, podIP: memory.ip ?? '', timeoutMs: timeoutSeconds * 1000 };
      try {
        return await run(probe, target);
      } catch (error) {
        if (stopped) return undefined;
        const problem = textOf(error);
        log.info({ ...refOf(pod), container: container.name, probe: kind, error: problem }, 'a probe says nothing');
        unhealthy(`${titles[kind]} probe errored and resulted in unknown state: ${problem}`);
        return undefined;
      }
    }

    function unhealthy(message: string, reason = 'Unhealthy'): void {
      events.pod(watched.subject.pod, { type: 'Warning', reason, message, container: container.name });
    }

    function take({ outcome, output }: ProbeResult): void {
      if (outcome === 'failure') unhealthy(`${titles[kind]} probe failed: ${output}`);
      if (outcome === 'warning') unhealthy(`${titles[kind]} probe warning: ${output}`, 'ProbeWarning');
      const before = verdict.passed;
      verdict = judge(verdict, outcome !== 'failure', probe);
      const { passed } = verdict;
      if (passed === undefined || passed === before) return;
      const { memory, wake } = watched.subject;
      if (kind === 'readiness') memory.health.set(id, { ...memory.health.get(id), ready: passed });
      else if (!passed) condemn(memory, kind);
      else if (kind === 'startup') memory.health.set(id, { ...memory.health.get(id), started: true });
      wake();
    }

    /** The container has failed for good: nothing more is asked of it. */
    function condemn(memory: PodMemory, reason: 'liveness' | 'startup'): void {
      const { terminationGracePeriodSeconds: gracePeriodSeconds } = probe;
      memory.condemned.set(id, { reason, ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }) });
      stop();
    }

    function stop(): void {
      stopped = true;
      cancel();
    }

    return { stop };
  }

  return {
    follow(subject) {
      const uid = subject.pod.metadata.uid ?? '';
      const candidates = candidatesOf(subject);
      if (candidates.length === 0 && !pods.has(uid)) return;
      const watched = pods.get(uid) ?? { subject, probings: new Map() };
      pods.set(uid, watched);
      watched.subject = subject;
      const wanted = new Map(candidates.map((each) => [`${each.current.record.id}/${each.kind}`, each]));
      for (const [key, probing] of watched.probings) {
        if (wanted.has(key)) continue;
        probing.stop();
        watched.probings.delete(key);
      }
      for (const [key, each] of wanted) {
        if (!watched.probings.has(key)) watched.probings.set(key, begin(watched, each));
      }
      if (watched.probings.size === 0) pods.delete(uid);
    },
    forget,
    close() {
      for (const uid of [...pods.keys()]) forget(uid);
    },
  };

  function forget(uid: string): void {
    for (const probing of pods.get(uid)?.probings.values() ?? []) probing.stop();
    pods.delete(uid);
  }
}

interface Candidate {
  kind: ProbeKind;
  probe: Probe;
  container: Container;
  current: PodContainer;
}

/**
 * The probes that are due now: the startup probe alone until it has passed, then the others. A Pod that is being deleted
 * is asked only whether it is ready.
 */
function candidatesOf({ pod, observed, memory }: ProbeSubject): Candidate[] {
  const probed = [...initContainersOf(pod).filter(isSidecar), ...containersOf(pod)];
  return probed.flatMap((container) => {
    const current = latest(observed, container.name);
    if (!current || !isRunning(current) || memory.health.get(current.record.id)?.starting) return [];
    const kinds: ProbeKind[] = isStarted(container, current, memory) ? ['readiness', 'liveness'] : ['startup'];
    return kinds.flatMap((kind) => {
      const probe = container[`${kind}Probe`];
      const isOver =
        kind !== 'readiness' && (pod.metadata.deletionTimestamp || memory.condemned.has(current.record.id));
      return probe && !isOver ? [{ kind, probe, container, current }] : [];
    });
  });
}
