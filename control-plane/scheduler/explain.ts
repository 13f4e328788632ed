import type { Rejection } from './plugin.ts';

/**
 * How many nodes refuse a Pod for which reason, in Kubernetes' words. The counts are sorted as text, as upstream sorts
 * them.
 */
export function sentence(nodes: number, rejections: Iterable<Rejection>): string {
  const counts = new Map<string, number>();
  for (const { reasons } of rejections) {
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodes} nodes are available: ${parts.join(', ')}.`;
}
