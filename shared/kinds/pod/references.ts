import type { ObjectKey, Pod } from '../../api/object.ts';
import { allContainers } from '../pod-spec/defaults.ts';

/** The ConfigMaps and Secrets that a node needs to run a Pod, each once. */
export function podReferences(pod: Pod): ObjectKey[] {
  const namespace = pod.metadata.namespace ?? '';
  const keys = new Map<string, ObjectKey>();
  const add = (resource: 'configmaps' | 'secrets', name: string | undefined) => {
    if (name) keys.set(`${resource}/${name}`, { resource, namespace, name });
  };
  const { spec } = pod;
  if (!spec) return [];
  for (const { configMap, secret, projected } of spec.volumes ?? []) {
    add('configmaps', configMap?.name);
    add('secrets', secret?.secretName);
    for (const source of projected?.sources ?? []) {
      add('configmaps', source.configMap?.name);
      add('secrets', source.secret?.name);
    }
  }
  for (const { env = [], envFrom = [] } of allContainers(spec)) {
    for (const { valueFrom } of env) {
      add('configmaps', valueFrom?.configMapKeyRef?.name);
      add('secrets', valueFrom?.secretKeyRef?.name);
    }
    for (const { configMapRef, secretRef } of envFrom) {
      add('configmaps', configMapRef?.name);
      add('secrets', secretRef?.name);
    }
  }
  for (const { name } of spec.imagePullSecrets ?? []) add('secrets', name);
  return [...keys.values()];
}
