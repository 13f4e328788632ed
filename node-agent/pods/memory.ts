import type { PodStatus } from '../../shared/api/object.ts';
import type { ImageRecord } from '../runtime/container-runtime.ts';
import type { BackOff } from './backoff.ts';

/**
 * What an agent remembers of a Pod between two plans and the engine does not: all of it may be lost in a crash, and the
 * Pod still converges.
 */
export interface PodMemory {
  /** `status.startTime`, in milliseconds. */
  startTime: number;
  volumes: 'unknown' | 'mounted' | 'unmounted';
  /** By container name: the image of the attempt that is to be started next. */
  images: Map<string, ImageState>;
  /** By container name: why it is not running, as its `waiting` state says it. */
  problems: Map<string, Problem>;
  /** By container name. */
  restarts: Map<string, BackOff>;
  /** By container id. */
  stops: Map<string, Stop>;
  /** Steps that failed, by `stepKey`, and when they may be tried again. */
  held: Map<string, { until: number; delayMs: number }>;
  /** By id of a running container: what its probes and its `postStart` hook say; absent is not (yet). */
  health: Map<string, Health>;
  /** By id of a running container that is to be stopped although its Pod goes on. */
  condemned: Map<string, Condemnation>;
  /** By container id: what it left in its termination message file. */
  messages: Map<string, string>;
  /** The last address of the Pod, which outlives its sandbox. */
  ip?: string;
  /** The status that was last handed over, or that the API had. */
  status?: PodStatus;
  /** Set once the containers of a deleted Pod are being removed: the status says how they ended, and stays. */
  frozen: boolean;
  /** Set once nothing of the Pod is left and that has been handed over. */
  finished: boolean;
}

export interface Problem {
  reason: string;
  message: string;
}

export interface Health {
  /** Its startup probe has passed. */
  started?: boolean;
  /** Its readiness probe passes. */
  ready?: boolean;
  /** Its `postStart` hook runs. */
  starting?: boolean;
}

export interface Condemnation {
  reason: 'liveness' | 'startup' | 'postStart';
  /** The probe's own, in place of the Pod's. */
  gracePeriodSeconds?: number;
}

export interface Stop {
  requestedAt: number;
  /** Its `preStop` hook runs: the signal waits for it, as long as there is time. */
  hook?: boolean;
  /** When it got its signal, where a hook came before it. */
  signalledAt?: number;
  killed: boolean;
}

export type ImageState =
  | { attempt: number; state: 'pulling' }
  | { attempt: number; state: 'present'; image: ImageRecord }
  | { attempt: number; state: 'failed'; reason: string; backOff: BackOff; announced: boolean };

export function newPodMemory({ startTime, status }: { startTime: number; status?: PodStatus }): PodMemory {
  return {
    startTime,
    volumes: 'unknown',
    images: new Map(),
    problems: new Map(),
    restarts: new Map(),
    stops: new Map(),
    held: new Map(),
    health: new Map(),
    condemned: new Map(),
    messages: new Map(),
    frozen: false,
    finished: false,
    ...(status?.podIP ? { ip: status.podIP } : {}),
    ...(status ? { status } : {}),
  };
}

/** The container is gone from the engine. */
export function forgetContainer({ stops, health, condemned, messages }: PodMemory, id: string): void {
  for (const map of [stops, health, condemned, messages]) map.delete(id);
}
