import type { V1Container, V1Pod, V1PodSpec, V1ReplicationController, V1Service } from '@kubernetes/client-node';

export const aContainer = (container: Partial<V1Container> = {}): V1Container => ({
  name: 'main',
  image: 'registry.example/app:1',
  ...container,
});

export interface PodOptions extends Partial<V1PodSpec> {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  container?: Partial<V1Container>;
}

export function aPod(name: string, { labels, annotations, container, ...spec }: PodOptions = {}): V1Pod {
  return { metadata: { name, labels, annotations }, spec: { containers: [aContainer(container)], ...spec } };
}

export function aController(name: string, replicas: number, options: PodOptions = {}): V1ReplicationController {
  const labels = { app: name };
  return {
    metadata: { name, labels },
    spec: {
      replicas,
      selector: labels,
      template: { metadata: { labels }, spec: { ...aPod(name, options).spec! } },
    },
  };
}

export function aService(name: string, spec: V1Service['spec'] = {}): V1Service {
  return { metadata: { name }, spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec } };
}
