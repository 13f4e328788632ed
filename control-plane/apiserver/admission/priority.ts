import { type ErrorSubject, forbidden } from '../../../shared/api/errors.ts';
import type { Pod, PriorityClass } from '../../../shared/api/object.ts';
import { systemPriorityClasses } from '../../../shared/kinds/priority-class/system-classes.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

const resource = 'priorityclasses.scheduling.k8s.io';

/** Resolves the class of a Pod to a number, which is what the scheduler compares. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods'],
  admit(request) {
    const pod = request.object as Pod;
    if (!pod.spec) return;
    if (request.old) keep(pod.spec, (request.old as Pod).spec);
    else resolve(pod, request);
  },
};

/** Of several defaults nobody could say which one is meant. */
export const defaultPriorityClass: AdmissionPlugin = {
  name: 'Priority',
  operations: ['CREATE', 'UPDATE'],
  resources: [resource],
  validate(request) {
    const { globalDefault, metadata } = request.object as PriorityClass;
    if (!globalDefault) return;
    const current = globalDefaultOf(request);
    if (!current || (request.operation === 'UPDATE' && current.metadata.name === metadata.name)) return;
    const why = `PriorityClass ${current.metadata.name} is already marked as default. Only one default can exist`;
    throw forbidden(subjectOf(metadata), why);
  },
};

export const systemPriorityProtection: AdmissionPlugin = {
  name: 'Priority',
  operations: ['DELETE'],
  resources: [resource],
  validate({ name }) {
    if (!systemPriorityClasses.some((one) => one.name === name)) return;
    throw forbidden(subjectOf({ name }), 'this is a system priority class and cannot be deleted');
  },
};

function subjectOf({ name = '' }: { name?: string }): ErrorSubject {
  return { group: 'scheduling.k8s.io', resource: 'priorityclasses', name };
}

/** An update that leaves out what was resolved means no change of it. */
function keep(spec: NonNullable<Pod['spec']>, old: Pod['spec']): void {
  spec.priority ??= old?.priority;
  spec.preemptionPolicy ??= old?.preemptionPolicy;
}

function resolve({ metadata, spec }: Pod, request: Pick<AdmissionRequest, 'get' | 'list'>): void {
  if (!spec) return;
  const subject = { resource: 'pods', name: metadata.name || metadata.generateName };
  const found = spec.priorityClassName ? classNamed(spec.priorityClassName, request) : globalDefaultOf(request);
  if (spec.priorityClassName && !found) {
    throw forbidden(subject, `no PriorityClass with name ${spec.priorityClassName} was found`);
  }
  if (found) spec.priorityClassName = found.metadata.name;
  const { value = 0, preemptionPolicy = 'PreemptLowerPriority' } = found ?? {};
  if (spec.priority !== undefined && spec.priority !== value) {
    const field = `the integer value of priority (${spec.priority})`;
    throw forbidden(subject, `${field} ${notYours} ${value} ${fromClass}`);
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    const field = `the string value of PreemptionPolicy (${spec.preemptionPolicy})`;
    throw forbidden(subject, `${field} ${notYours} ${preemptionPolicy} ${fromClass}`);
  }
  spec.priority = value;
  spec.preemptionPolicy = preemptionPolicy;
}

const notYours = 'must not be provided in pod spec; priority admission controller computed';
const fromClass = 'from the given PriorityClass name';

function classNamed(name: string, { get }: Pick<AdmissionRequest, 'get'>): PriorityClass | undefined {
  return get({ resource, namespace: '', name }) as PriorityClass | undefined;
}

/** Of several, which only a race of old times could have left, the lowest. */
function globalDefaultOf({ list }: Pick<AdmissionRequest, 'list'>): PriorityClass | undefined {
  const defaults = (list(resource) as PriorityClass[]).filter(({ globalDefault }) => globalDefault);
  return defaults.sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
}
