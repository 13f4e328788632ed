import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import type { Container, PodSpec, Wire } from '../../api/object.ts';
import { imageTag } from './image.ts';

export type PodTemplate = Wire<V1PodTemplateSpec>;

/** The fields besides `name` that a volume may have; any of them is its source. */
const nonSources: ReadonlySet<string> = new Set(['name']);

/** Defaults of a Pod template that depend on other fields. */
export function defaultPodTemplate(template: PodTemplate): void {
  if (template.spec) defaultPodSpec(template.spec);
}

/** The same of a Pod's spec. Those that Pods have and templates do not are in `pod/defaults.ts`. */
export function defaultPodSpec(spec: PodSpec): void {
  // `serviceAccount` is the old name of the field; both are always there.
  spec.serviceAccountName ||= spec.serviceAccount;
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  else {
    delete spec.serviceAccountName;
    delete spec.serviceAccount;
  }
  for (const container of allContainers(spec)) container.imagePullPolicy ||= pullPolicy(container.image);
  for (const volume of spec.volumes ?? []) {
    if (Object.keys(volume).every((field) => nonSources.has(field))) volume.emptyDir = {};
  }
}

/** Init containers, containers and ephemeral containers. */
export function allContainers(spec: PodSpec): Container[] {
  return [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...((spec.ephemeralContainers ?? []) as Container[]),
  ];
}

/** A tag that moves is asked for every time. */
function pullPolicy(image: string | undefined): string {
  return imageTag(image ?? '') === 'latest' ? 'Always' : 'IfNotPresent';
}
