import type { ContainerStatus, Pod } from '../../../shared/api/object.ts';
import { isReady, readySince } from '../pods/pod-state.ts';

const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost';
const phaseRank: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** The `count` Pods that a scale-down loses least with, in upstream's order (`ActivePodsWithRanks`). */
export function podsToDelete(pods: readonly Pod[], count: number, nowMs: number): Pod[] {
  if (count >= pods.length) return [...pods];
  const perNode = new Map<string, number>();
  for (const pod of pods) perNode.set(nodeOf(pod), (perNode.get(nodeOf(pod)) ?? 0) + 1);
  const doubledUp = (pod: Pod) => perNode.get(nodeOf(pod)) ?? 0;
  return [...pods].sort((a, b) => compareForDeletion(a, b, doubledUp, nowMs)).slice(0, count);
}

/** Negative when `a` goes before `b`. The first difference decides. */
function compareForDeletion(a: Pod, b: Pod, doubledUp: (pod: Pod) => number, nowMs: number): number {
  return (
    Number(nodeOf(a) !== '') - Number(nodeOf(b) !== '') ||
    phaseOf(a) - phaseOf(b) ||
    Number(isReady(a)) - Number(isReady(b)) ||
    deletionCost(a) - deletionCost(b) ||
    doubledUp(b) - doubledUp(a) ||
    youngerFirst(readySince(a), readySince(b), a, b, nowMs) ||
    restarts(b) - restarts(a) ||
    youngerFirst(created(a), created(b), a, b, nowMs)
  );
}

function nodeOf(pod: Pod): string {
  return pod.spec?.nodeName ?? '';
}

function phaseOf(pod: Pod): number {
  return phaseRank[pod.status?.phase ?? ''] ?? 0;
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[deletionCostAnnotation] ?? '';
  return /^(0|-?[1-9][0-9]*)$/.test(text) ? Number(text) : 0;
}

function restarts(pod: Pod): number {
  const statuses: readonly ContainerStatus[] = pod.status?.containerStatuses ?? [];
  return statuses.reduce((most, { restartCount }) => Math.max(most, restartCount), 0);
}

function created(pod: Pod): number | undefined {
  return pod.metadata.creationTimestamp ? Date.parse(pod.metadata.creationTimestamp) : undefined;
}

/**
 * Ages are compared by their order of magnitude only and by uid within one, so that repeated scaling does not always
 * hit the Pods of the same rollout.
 */
function youngerFirst(a: number | undefined, b: number | undefined, podA: Pod, podB: Pod, nowMs: number): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const difference = magnitude(nowMs - a) - magnitude(nowMs - b);
  return difference || compareText(podA.metadata.uid ?? '', podB.metadata.uid ?? '');
}

function magnitude(ageMs: number): number {
  const seconds = Math.floor(ageMs / 1000);
  return seconds <= 0 ? -1 : Math.floor(Math.log2(seconds));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
