import type { V1Container, V1Deployment, V1Pod, V1PodSpec, V1ReplicationController } from '@kubernetes/client-node';
import type { Conformance } from './conforms.ts';
import { kinds } from './kinds.ts';
import type { Served } from './resource.ts';

export interface PodOptions extends Partial<V1PodSpec> {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  container?: Partial<V1Container>;
}

/** No node of the shared cluster can pull it, so that its containers never start. */
export const absentImage = 'registry.example/nonexistent:1';

/** A Pod of one container, which test nodes run until they are told to stop it. */
export function aPod(name: string, { labels, annotations, container, ...spec }: PodOptions = {}) {
  return {
    metadata: { name, labels, annotations },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', image: 'registry.example/app:1', ...container }],
      ...spec,
    },
  } satisfies V1Pod;
}

export const isReady = ({ status }: Served<V1Pod>): boolean =>
  status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;

/** Resolves with the Pod once it runs and is ready. */
export function runs(t: Conformance, name: string, namespace?: string): Promise<Served<V1Pod>> {
  const pods = t.resource(kinds.pod, namespace);
  return t.eventually(`the Pod ${name} runs`, async () => {
    const pod = await pods.get(name);
    if (pod.status.phase === 'Running' && isReady(pod)) return pod;
    throw new Error(JSON.stringify(pod.status));
  });
}

/** A ReplicationController whose Pods carry its name as their label `name`. */
export function aController(name: string, replicas: number, options: PodOptions = {}) {
  const labels = { name };
  const { spec } = aPod(name, options);
  return {
    metadata: { name },
    spec: { replicas, selector: labels, template: { metadata: { labels }, spec } },
  } satisfies V1ReplicationController;
}

/** A Deployment whose Pods carry its name as their label `name`. */
export function aDeployment(name: string, replicas: number, options: PodOptions = {}) {
  const labels = { name };
  const { spec } = aPod(name, options);
  return {
    metadata: { name, labels },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  } satisfies V1Deployment;
}
