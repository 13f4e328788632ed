import type { KubernetesObject, OwnerReference, Pod, PodCondition } from '../../../shared/api/object.ts';

/** Neither finished nor being deleted. */
export function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && !pod.metadata.deletionTimestamp;
}

export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

export function conditionOf(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isReady(pod: Pod): boolean {
  return conditionOf(pod, 'Ready')?.status === 'True';
}

/** When the Pod became ready, in epoch ms; undefined while it is not. */
export function readySince(pod: Pod): number | undefined {
  const condition = conditionOf(pod, 'Ready');
  if (condition?.status !== 'True') return undefined;
  return condition.lastTransitionTime ? Date.parse(condition.lastTransitionTime) : undefined;
}

/** The conditions of the Pod with this one in the place of the one of its type. */
export function withCondition(pod: Pod, condition: PodCondition): PodCondition[] {
  const conditions = pod.status?.conditions ?? [];
  const old = conditions.find(({ type }) => type === condition.type);
  if (!old) return [...conditions, condition];
  const kept = old.status === condition.status ? { lastTransitionTime: old.lastTransitionTime } : {};
  return conditions.map((item) => (item === old ? { ...condition, ...kept } : item));
}

export function controllerOf(object: KubernetesObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller === true);
}

export function hasLabels(object: KubernetesObject, wanted: Readonly<Record<string, string>>): boolean {
  const labels = object.metadata.labels ?? {};
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

/** `a=b,c=d`: a map selector in the syntax of label selectors. */
export function selectorText(selector: Readonly<Record<string, string>>): string {
  return Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
