import type { V1Pod } from '@kubernetes/client-node';
import type { Cluster, Conformance } from './conforms.ts';
import { kinds } from './kinds.ts';
import type { Served } from './resource.ts';

type Within = Pick<Conformance, 'eventually'> & Pick<Cluster, 'resource'>;

/** Resolves with the Pod once it has been given a node. */
export function isScheduled(
  { resource, eventually }: Within,
  name: string,
  namespace?: string,
): Promise<Served<V1Pod>> {
  return eventually(`the Pod ${name} has a node`, async () => {
    const pod = await resource(kinds.pod, namespace).get(name);
    if (pod.spec.nodeName) return pod;
    throw new Error(JSON.stringify(pod.status));
  });
}

/** Resolves with the message once the scheduler has looked for a node for the Pod and found none. */
export function isRefused({ resource, eventually }: Within, name: string): Promise<string> {
  return eventually(`the Pod ${name} fits nowhere`, async () => {
    const { spec, status } = await resource(kinds.pod).get(name);
    if (spec.nodeName) throw new Error(`it is on ${spec.nodeName}`);
    const condition = status.conditions?.find(({ type }) => type === 'PodScheduled');
    return condition?.status === 'False' && condition.reason === 'Unschedulable' ? condition.message : undefined;
  });
}
