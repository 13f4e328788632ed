import type { ControllerRevision, Pod, StatefulSet } from '../../../shared/api/object.ts';
import { isReady, isTerminal } from '../pods/pod-state.ts';
import { availableInMs } from '../replication/status.ts';
import { newPod, ordinalOf, ordinalRange, revisionOf } from './identity.ts';

/** What to do about the Pods of a StatefulSet. */
export interface PodPlan {
  create: Pod[];
  remove: Pod[];
  /** There and wanted, with those that are to be created in their place. */
  replicas: Pod[];
  /** There and not wanted, the highest ordinal first. */
  condemned: Pod[];
  /** Something becomes available after this many milliseconds, without anything else happening. */
  waitMs?: number;
}

export interface Situation {
  pods: readonly Pod[];
  /** The revision that Pods below the partition have, and that of the present template. */
  current: ControllerRevision;
  update: ControllerRevision;
  nowMs: number;
}

/** Decides from one consistent reading. */
export function planPods(set: StatefulSet, situation: Situation): PodPlan {
  const plan = layOut(set, situation);
  if (set.metadata.deletionTimestamp) return { ...plan, create: [] };
  const state = new PodStates(set, situation.nowMs, new Set(plan.create));
  const isOrdered = set.spec?.podManagementPolicy !== 'Parallel';
  const steps = isOrdered ? orderedSteps(plan, state) : parallelSteps(plan);
  const remove = steps.isBlocked ? steps.remove : [...steps.remove, ...outdated(set, plan, situation, state)];
  const waits = plan.replicas.map((pod) => state.availableInMs(pod) ?? 0).filter((wait) => wait > 0);
  return { ...plan, ...steps, remove, ...(waits.length > 0 ? { waitMs: Math.min(...waits) } : {}) };
}

/** A place for every ordinal; in the empty ones, the Pods that belong there. */
function layOut(set: StatefulSet, { pods, current, update }: Situation): PodPlan {
  const { from, to } = ordinalRange(set);
  const byOrdinal = new Map(
    pods.flatMap((pod) => {
      const ordinal = ordinalOf(set, pod);
      return ordinal === undefined ? [] : [[ordinal, pod] as const];
    }),
  );
  const partition = from + (set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0);
  const isRolling = set.spec?.updateStrategy?.type === 'RollingUpdate';
  const create: Pod[] = [];
  const replicas: Pod[] = [];
  for (let ordinal = from; ordinal < to; ordinal++) {
    const known = byOrdinal.get(ordinal);
    const pod = known ?? newPod(set, ordinal, isRolling && ordinal < partition ? current : update);
    if (!known) create.push(pod);
    replicas.push(pod);
  }
  const condemned = [...byOrdinal].filter(([ordinal]) => ordinal < from || ordinal >= to).sort(([a], [b]) => b - a);
  return { create, remove: [], replicas, condemned: condemned.map(([, pod]) => pod) };
}

class PodStates {
  readonly #minReadyMs: number;
  readonly #nowMs: number;
  readonly #missing: ReadonlySet<Pod>;

  constructor(set: StatefulSet, nowMs: number, missing: ReadonlySet<Pod>) {
    this.#minReadyMs = (set.spec?.minReadySeconds ?? 0) * 1000;
    this.#nowMs = nowMs;
    this.#missing = missing;
  }

  isMissing(pod: Pod): boolean {
    return this.#missing.has(pod);
  }

  availableInMs(pod: Pod): number | undefined {
    return availableInMs(pod, this.#minReadyMs, this.#nowMs);
  }

  /** Runs, is ready for long enough, and stays. */
  isHealthy(pod: Pod): boolean {
    return isRunningAndReady(pod) && this.availableInMs(pod) === 0 && !pod.metadata.deletionTimestamp;
  }
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isReady(pod);
}

interface Steps {
  create: Pod[];
  remove: Pod[];
  /** An update has to wait. */
  isBlocked: boolean;
}

/** One thing at a time: up in the order of ordinals, down in the opposite one, and never while a Pod is not well. */
function orderedSteps({ replicas, condemned }: PodPlan, state: PodStates): Steps {
  const blocked = { create: [], remove: [], isBlocked: true };
  for (const pod of replicas) {
    if (isTerminal(pod)) return { ...blocked, remove: pod.metadata.deletionTimestamp ? [] : [pod] };
    if (state.isMissing(pod)) return { ...blocked, create: [pod] };
    if (!state.isHealthy(pod)) return blocked;
  }
  const [last] = condemned;
  if (!last) return { create: [], remove: [], isBlocked: false };
  // The lowest that is not well goes when its turn comes; others wait for it.
  const unwell = [...condemned].reverse().find((pod) => !state.isHealthy(pod));
  const mayGo = !last.metadata.deletionTimestamp && (state.isHealthy(last) || last === unwell);
  return { ...blocked, remove: mayGo ? [last] : [] };
}

/** Everything at once. */
function parallelSteps({ replicas, condemned, create }: PodPlan): Steps {
  const ended = replicas.filter((pod) => isTerminal(pod) && !pod.metadata.deletionTimestamp);
  const surplus = condemned.filter((pod) => !pod.metadata.deletionTimestamp);
  return { create, remove: [...ended, ...surplus], isBlocked: false };
}

/** The Pod that is replaced next by one of the present template: the highest ordinal first, none while one is not well. */
function outdated(set: StatefulSet, { replicas }: PodPlan, { update }: Situation, state: PodStates): Pod[] {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  if (type === 'OnDelete') return [];
  for (let index = replicas.length - 1; index >= (rollingUpdate?.partition ?? 0); index--) {
    const pod = replicas[index]!;
    if (revisionOf(pod) !== update.metadata.name && !pod.metadata.deletionTimestamp) return [pod];
    if (!state.isHealthy(pod)) return [];
  }
  return [];
}
