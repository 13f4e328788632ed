import type { Binding, KubernetesObject, Pod } from '../../../shared/api/object.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

const copied = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];

/** A Pod that has got a node has the labels that say where the node is, so that what runs in it can know. */
export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  operations: ['CREATE'],
  resources: ['pods'],
  subresources: ['binding'],
  admit(request) {
    const { object, get } = request;
    const name = nodeNameIn(request);
    if (!object || !name) return;
    const labels = get({ resource: 'nodes', namespace: '', name })?.metadata.labels ?? {};
    const known = copied.filter((label) => labels[label] !== undefined);
    if (known.length === 0) return;
    const added = Object.fromEntries(known.map((label) => [label, labels[label]!]));
    object.metadata = { ...object.metadata, labels: { ...object.metadata?.labels, ...added } };
  },
};

function nodeNameIn({ object, subresource }: AdmissionRequest): string | undefined {
  if (subresource === undefined) return (object as Pod | undefined)?.spec?.nodeName;
  const target = (object as (KubernetesObject & Partial<Binding>) | undefined)?.target;
  return target?.kind === 'Node' ? target.name : undefined;
}
