import type { Rejection } from './plugin.ts';
import type { PendingPod } from './pod-info.ts';

/**
 * The message of `FailedScheduling`: how many nodes failed for which reason, and why making room would not help.
 * The counts are sorted as text, as upstream sorts them.
 */
export function explain(pod: PendingPod, nodes: number, rejections: readonly Rejection[]): string {
  const reasons = rejections.flatMap((rejection) => rejection.reasons);
  return `${sentence(nodes, reasons)} preemption: ${preemption(pod, nodes, rejections)}`;
}

function preemption(pod: PendingPod, nodes: number, rejections: readonly Rejection[]): string {
  if (pod.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const verdicts = rejections.map(({ unresolvable }) =>
    unresolvable ? 'Preemption is not helpful for scheduling' : 'No preemption victims found for incoming pod',
  );
  return sentence(nodes, verdicts);
}

function sentence(nodes: number, reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodes} nodes are available: ${parts.join(', ')}.`;
}
