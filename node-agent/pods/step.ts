import type { Pod } from '../../shared/api/object.ts';
import type { ObservedPod } from './identity.ts';
import type { PodMemory } from './memory.ts';

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
  /** Runs the container's `preStop` hook where it has one, else sends the signal that asks it to end. */
  | { type: 'stopContainer'; container: string; id: string; why: StopReason }
  /** Sends that signal after the hook. */
  | { type: 'signalContainer'; container: string; id: string }
  | { type: 'killContainer'; container: string; id: string }
  | { type: 'removeContainer'; id: string }
  | { type: 'unmountVolumes' }
  /** Nothing of the Pod is left: its API object may go. */
  | { type: 'finish' };

export type StopReason = 'deleted' | 'deadline' | 'sandboxGone' | 'settled' | 'condemned';

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

/** Names a step for remembering that it failed. */
export function stepKey(step: Step): string {
  return [step.type, 'container' in step ? step.container : '', 'id' in step ? step.id : ''].join('/');
}

/** The earlier of two times, either of which may be unset. */
export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
