import type { KubernetesObject } from '../../../shared/api/object.ts';

/** The youngest of these objects, by name where they are of one age: which of several defaults is taken. */
export function newest<T extends KubernetesObject>(objects: readonly T[]): T | undefined {
  return [...objects].sort(byAge)[0];
}

function byAge({ metadata: a }: KubernetesObject, { metadata: b }: KubernetesObject): number {
  return compare(b.creationTimestamp ?? '', a.creationTimestamp ?? '') || compare(a.name ?? '', b.name ?? '');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
