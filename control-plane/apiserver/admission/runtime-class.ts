import { forbidden, type StatusError } from '../../../shared/api/errors.ts';
import { jsonEqual } from '../../../shared/api/json.ts';
import type { Pod, RuntimeClass } from '../../../shared/api/object.ts';
import { mergeTolerations } from '../../../shared/api/tolerations.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

type PodSpec = NonNullable<Pod['spec']>;

/** What the class of a Pod says of its cost and of the nodes that can run it becomes part of the Pod. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  operations: ['CREATE'],
  resources: ['pods'],
  admit(request) {
    const pod = request.object as Pod;
    const found = classOf(pod, request);
    if (!pod.spec || !found) return;
    addOverhead(pod, pod.spec, found);
    addScheduling(pod, pod.spec, found);
  },
  validate(request) {
    const pod = request.object as Pod;
    const overhead = classOf(pod, request)?.overhead?.podFixed;
    if (overhead) {
      if (!jsonEqual(overhead, pod.spec?.overhead ?? null)) throw refuse(pod, overheadDiffers);
    } else if (pod.spec?.overhead) {
      throw refuse(pod, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    }
  },
};

const overheadDiffers = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

function classOf(pod: Pod, { get }: Pick<AdmissionRequest, 'get'>): RuntimeClass | undefined {
  const name = pod.spec?.runtimeClassName;
  if (name === undefined) return undefined;
  const found = get({ resource: 'runtimeclasses.node.k8s.io', namespace: '', name });
  if (!found) throw refuse(pod, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
  return found as RuntimeClass & { metadata: RuntimeClass['metadata'] };
}

function addOverhead(pod: Pod, spec: PodSpec, { overhead }: RuntimeClass): void {
  if (!overhead) return;
  const given = spec.overhead ?? {};
  const due = overhead.podFixed;
  if (Object.keys(given).length > 0 && !jsonEqual(given, due ?? null)) throw refuse(pod, overheadDiffers);
  if (due) spec.overhead = { ...due };
}

function addScheduling(pod: Pod, spec: PodSpec, { scheduling }: RuntimeClass): void {
  if (!scheduling) return;
  for (const [key, wanted] of Object.entries(scheduling.nodeSelector ?? {})) {
    spec.nodeSelector ??= {};
    const given = Object.hasOwn(spec.nodeSelector, key) ? spec.nodeSelector[key] : undefined;
    if (given !== undefined && given !== wanted) {
      const both = `runtimeClass.scheduling.nodeSelector[${key}] = ${wanted}; pod.spec.nodeSelector[${key}] = ${given}`;
      throw refuse(pod, `conflict: ${both}`);
    }
    spec.nodeSelector[key] = wanted;
  }
  const tolerations = mergeTolerations(spec.tolerations ?? [], scheduling.tolerations ?? []);
  if (tolerations.length > 0) spec.tolerations = tolerations;
}

function refuse({ metadata }: Pod, why: string): StatusError {
  return forbidden({ resource: 'pods', name: metadata.name || metadata.generateName }, why);
}
