import type { Pod } from '../../../../shared/api/object.ts';
import { violations } from './evaluate.ts';
import { describeStandard, type Standard } from './policy.ts';

/** More than these are not looked at when a namespace becomes stricter. */
export const mostPodsChecked = 3000;

/** What the Pods that are there already would be refused for. */
export function warningsAboutPods(namespace: string, pods: readonly Pod[], standard: Standard): string[] {
  const byReason = new Map<string, string[]>();
  for (const { metadata, spec } of pods.slice(0, mostPodsChecked)) {
    const found = spec ? violations({ metadata, spec }, standard) : [];
    if (found.length === 0) continue;
    const reasons = found.map(({ reason }) => reason).join(', ');
    byReason.set(reasons, [...(byReason.get(reasons) ?? []), metadata.name ?? '']);
  }
  const level = describeStandard(standard);
  return [
    ...(pods.length > mostPodsChecked
      ? [`new PodSecurity enforce level only checked against the first ${mostPodsChecked} existing pods`]
      : []),
    ...(byReason.size > 0
      ? [`existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${level}"`]
      : []),
    ...[...byReason].map(([reasons, names]) => `${countOf(names)}: ${reasons}`).sort(),
  ];
}

function countOf(names: readonly string[]): string {
  const [first] = [...names].sort();
  const others = names.length - 1;
  if (others === 0) return first!;
  return `${first} (and ${others} other ${others === 1 ? 'pod' : 'pods'})`;
}
