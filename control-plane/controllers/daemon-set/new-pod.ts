import type { DaemonSet, Pod } from '../../../shared/api/object.ts';
import { templateGeneration } from '../../../shared/kinds/daemon-set/template-generation.ts';
import { podFromTemplate, type TemplateOwner } from '../replication/replica-owner.ts';
import { affinityFor, tolerationsOf } from './placement.ts';

export const daemonSetKind = { apiVersion: 'apps/v1', kind: 'DaemonSet' };
export const hashLabel = 'controller-revision-hash';
const generationLabel = 'pod-template-generation';

/** A Pod of the present template for a node. */
export function newPod(daemonSet: DaemonSet, nodeName: string, hash: string): Pod {
  const pod = podFromTemplate(daemonSetKind, daemonSet as unknown as TemplateOwner);
  const spec = pod.spec ?? { containers: [] };
  const generation = String(templateGeneration(daemonSet) ?? '');
  const labels = {
    ...pod.metadata.labels,
    [hashLabel]: hash,
    ...(generation ? { [generationLabel]: generation } : {}),
  };
  return {
    ...pod,
    metadata: { ...pod.metadata, labels },
    spec: { ...spec, affinity: affinityFor(spec.affinity, nodeName), tolerations: tolerationsOf(spec) },
  };
}

/** The Pod is of the present template. */
export function isUpdated({ metadata }: Pod, daemonSet: DaemonSet, hash: string): boolean {
  const generation = templateGeneration(daemonSet);
  const isOfGeneration = generation !== undefined && metadata.labels?.[generationLabel] === String(generation);
  return isOfGeneration || metadata.labels?.[hashLabel] === hash;
}
