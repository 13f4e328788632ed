import { forbidden } from '../../../shared/api/errors.ts';
import type { Pod } from '../../../shared/api/object.ts';
import type { AdmissionPlugin } from './admission.ts';

/** The classes that exist without anyone having made them. */
const systemClasses: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** Resolves the class of a Pod to a number, which is what the scheduler compares. */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  operations: ['CREATE', 'UPDATE'],
  resources: ['pods'],
  admit({ object, old }) {
    const pod = object as Pod;
    if (!pod.spec) return;
    if (old) keep(pod.spec, (old as Pod).spec);
    else resolve(pod);
  },
};

/** An update that leaves out what was resolved means no change of it. */
function keep(spec: NonNullable<Pod['spec']>, old: Pod['spec']): void {
  spec.priority ??= old?.priority;
  spec.preemptionPolicy ??= old?.preemptionPolicy;
}

function resolve({ metadata, spec }: Pod): void {
  if (!spec) return;
  const subject = { resource: 'pods', name: metadata.name || metadata.generateName };
  const className = spec.priorityClassName;
  if (className && systemClasses[className] === undefined) {
    throw forbidden(subject, `no PriorityClass with name ${className} was found`);
  }
  const value = className ? systemClasses[className] : 0;
  if (spec.priority !== undefined && spec.priority !== value) {
    throw forbidden(
      subject,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  spec.priority = value;
  spec.preemptionPolicy ??= 'PreemptLowerPriority';
}
