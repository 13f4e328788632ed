import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, required } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { Container, Pod, PodSpec, Toleration } from '../../api/object.ts';
import { checkDNS1123Subdomain } from '../../api/validation.ts';
import { describeChanges } from './describe-changes.ts';

const updatable = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** A Pod that runs stays what it is, but for a few fields that its node can follow. */
export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const spec = pod.spec ?? { containers: [] };
  const before = old.spec ?? { containers: [] };
  for (const list of ['containers', 'initContainers'] as const) {
    const { errors, stop } = validateContainers(spec[list] ?? [], before[list] ?? [], `spec.${list}`);
    // Without the same containers nothing else can be compared.
    if (stop) return errors;
  }
  const deadline = validateDeadline(spec, before);
  const gates = validateGates(spec, before);
  const tolerations = validateAddedTolerations(spec.tolerations ?? [], before.tolerations ?? []);
  const kept = withUpdatableFieldsOf(spec, before);
  if (jsonEqual(kept, withoutUndefined(before))) return [...deadline, ...gates, ...tolerations];
  const message = `pod updates may not change fields other than ${updatable}\n${describeChanges(before, kept)}`;
  return [...deadline, ...gates, ...tolerations, forbidden('spec', message)];
}

function validateContainers(
  containers: readonly Container[],
  before: readonly Container[],
  path: string,
): { errors: FieldError[]; stop: boolean } {
  if (containers.length !== before.length) {
    return { errors: [forbidden(path, 'pod updates may not add or remove containers')], stop: true };
  }
  const errors = containers.flatMap(({ image }, index) => (image ? [] : [required(`${path}[${index}].image`)]));
  return { errors, stop: false };
}

/** From none to some, and from some to less. */
function validateDeadline(spec: PodSpec, before: PodSpec): FieldError[] {
  const path = 'spec.activeDeadlineSeconds';
  const [next, previous] = [spec.activeDeadlineSeconds, before.activeDeadlineSeconds];
  if (typeof previous !== 'number') return [];
  if (typeof next !== 'number') {
    return [invalidValue(path, null, 'must not update from a positive integer to nil value')];
  }
  return next > previous ? [invalidValue(path, next, 'must be less than or equal to previous value')] : [];
}

function validateGates(spec: PodSpec, before: PodSpec): FieldError[] {
  const known = new Set((before.schedulingGates ?? []).map(({ name }) => name));
  return (spec.schedulingGates ?? []).flatMap(({ name }, index) => {
    if (known.has(name)) return [];
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return [forbidden(`spec.schedulingGates[${index}]`, detail)];
  });
}

function validateAddedTolerations(tolerations: readonly Toleration[], before: readonly Toleration[]): FieldError[] {
  const kept = before.every((old) =>
    tolerations.some((toleration) => jsonEqual(withoutSeconds(toleration), withoutSeconds(old))),
  );
  if (kept) return [];
  return [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

function withoutSeconds({ tolerationSeconds: _seconds, ...toleration }: Toleration): unknown {
  return toleration;
}

/** The new spec as it would be had the fields that may change not changed. */
function withUpdatableFieldsOf(spec: PodSpec, before: PodSpec): unknown {
  const images = (list: readonly Container[] | undefined, old: readonly Container[] | undefined) =>
    list?.map((container, index) => ({ ...container, image: old?.[index]?.image }));
  const graceMayChange = (before.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1;
  return withoutUndefined({
    ...spec,
    containers: images(spec.containers, before.containers),
    initContainers: images(spec.initContainers, before.initContainers),
    activeDeadlineSeconds: before.activeDeadlineSeconds,
    tolerations: before.tolerations,
    schedulingGates: before.schedulingGates,
    terminationGracePeriodSeconds: graceMayChange
      ? before.terminationGracePeriodSeconds
      : spec.terminationGracePeriodSeconds,
  });
}

function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

export function validatePodStatusUpdate(pod: Pod, old: Pod): FieldError[] {
  return [...validateNomination(pod, old), ...validateContainerStates(pod, old)];
}

/** A Pod that has a node waits for no other. */
function validateNomination({ status }: Pod, old: Pod): FieldError[] {
  const name = status?.nominatedNodeName;
  if (!name || name === old.status?.nominatedNodeName) return [];
  const path = 'status.nominatedNodeName';
  const errors = checkDNS1123Subdomain(name).map((message) => invalidValue(path, name, message));
  if (old.spec?.nodeName) errors.push(forbidden(path, 'may not be set on pods that are already bound to a node'));
  return errors;
}

/** A container that has ended for good cannot be running again. */
function validateContainerStates(pod: Pod, old: Pod): FieldError[] {
  const restartPolicy = old.spec?.restartPolicy;
  if (restartPolicy === 'Always') return [];
  return (old.status?.containerStatuses ?? []).flatMap(({ name, state }) => {
    if (!state?.terminated || (restartPolicy === 'OnFailure' && state.terminated.exitCode !== 0)) return [];
    const index = (pod.status?.containerStatuses ?? []).findIndex((status) => status.name === name);
    if (index < 0 || pod.status?.containerStatuses?.[index]?.state?.terminated) return [];
    const path = `status.containerStatuses[${index}].state`;
    return [forbidden(path, 'may not be transitioned to non-terminated state')];
  });
}
