import type { ContainerStatus, Pod, PodCondition } from '../../shared/api/object.ts';
import { timestamp } from '../clock.ts';
import { sidecarsOf } from './outcome.ts';

export interface ConditionsInput {
  pod: Pod;
  phase: string;
  initStatuses: ContainerStatus[];
  statuses: ContainerStatus[];
  initialized: boolean;
  sandboxReady: boolean;
  /** The conditions so far: their times are kept where nothing changed. */
  before: PodCondition[];
  /** The conditions in the API: those that are not this node's stay as they are there. */
  others: PodCondition[];
  now: number;
}

type Verdict = { status: 'True' } | { status: 'False'; reason: string; message?: string };

const isTrue: Verdict = { status: 'True' };

/** The conditions of a Pod that belong to its node, and after them those that others set. */
export function conditionsOf(input: ConditionsInput): PodCondition[] {
  const containersReady = containersVerdict(input);
  const own: [string, Verdict][] = [
    ['PodReadyToStartContainers', input.sandboxReady ? isTrue : { status: 'False', reason: '' }],
    ['Initialized', initializedVerdict(input)],
    ['Ready', readyVerdict(input, containersReady)],
    ['ContainersReady', containersReady],
    ['PodScheduled', isTrue],
  ];
  const names = new Set(own.map(([type]) => type));
  return [
    ...own.map(([type, verdict]) => condition(input, type, verdict)),
    ...input.others.filter(({ type }) => !names.has(type)),
  ];
}

function condition({ pod, before, now }: ConditionsInput, type: string, verdict: Verdict): PodCondition {
  const previous = before.find((other) => other.type === type);
  const unchanged = previous?.status === verdict.status;
  const { status, reason, message } = { reason: '', message: '', ...verdict };
  return {
    type,
    ...(pod.metadata.generation !== undefined ? { observedGeneration: pod.metadata.generation } : {}),
    status,
    // `null` is how Kubernetes writes "never probed".
    lastProbeTime: null as unknown as string,
    lastTransitionTime: (unchanged && previous.lastTransitionTime) || timestamp(now),
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
  };
}

function initializedVerdict({ pod, phase, initStatuses, initialized }: ConditionsInput): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' } as Verdict;
  if (initialized || (pod.spec?.initContainers ?? []).length === 0) return isTrue;
  const sidecars = new Set(sidecarsOf(pod).map(({ name }) => name));
  const incomplete = initStatuses
    .filter(({ name, ready, started }) => !(sidecars.has(name) ? started : ready))
    .map(({ name }) => name);
  if (incomplete.length === 0) return isTrue;
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${incomplete.join(' ')}]`,
  };
}

function containersVerdict({ pod, phase, initStatuses, statuses }: ConditionsInput): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const sidecars = new Set(sidecarsOf(pod).map(({ name }) => name));
  const lasting = [...initStatuses.filter(({ name }) => sidecars.has(name)), ...statuses];
  const unready = lasting.filter(({ ready }) => !ready).map(({ name }) => name);
  if (unready.length === 0) return isTrue;
  return {
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.join(' ')}]`,
  };
}

/** Ready is ContainersReady and every readiness gate. */
function readyVerdict({ pod, others }: ConditionsInput, containers: Verdict): Verdict {
  if (containers.status === 'False') return containers;
  const unmet = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const gate = others.find(({ type }) => type === conditionType);
    if (!gate) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    if (gate.status === 'True') return [];
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`];
  });
  if (unmet.length === 0) return isTrue;
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: unmet.join(', ') };
}
