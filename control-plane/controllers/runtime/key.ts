import type { KubernetesObject } from '../../../shared/api/object.ts';

/** `namespace/name`, the usual key of a controller. */
export function namespacedKey(object: KubernetesObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
}

export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
