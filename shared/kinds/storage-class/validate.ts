import type { V1TopologySelectorTerm } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { StorageClass } from '../../api/object.ts';
import { checkQualifiedName, validateImmutableField } from '../../api/validation.ts';
import { nodeLabelDeprecation } from '../node-labels.ts';
import { sortedByKey } from '../workloads/selector.ts';
import { validateParameters, validateProvisioner } from './parameters.ts';

const reclaimPolicies = ['Delete', 'Retain'];
const bindingModes = ['Immediate', 'WaitForFirstConsumer'];

export function validateStorageClass(storageClass: StorageClass): FieldError[] {
  const { provisioner, parameters = {}, reclaimPolicy, volumeBindingMode, allowedTopologies = [] } = storageClass;
  const errors = [
    ...validateProvisioner(provisioner ?? '', 'provisioner'),
    ...validateParameters(parameters, 'parameters'),
  ];
  if (reclaimPolicy && !reclaimPolicies.includes(reclaimPolicy)) {
    errors.push(notSupported('reclaimPolicy', reclaimPolicy, reclaimPolicies));
  }
  if (!bindingModes.includes(volumeBindingMode ?? '')) {
    errors.push(notSupported('volumeBindingMode', volumeBindingMode ?? '', bindingModes));
  }
  return [...errors, ...validateTopologies(allowedTopologies, 'allowedTopologies')];
}

function validateTopologies(terms: readonly V1TopologySelectorTerm[], path: string): FieldError[] {
  const seen: object[] = [];
  return terms.flatMap((term, index) => {
    const at = `${path}[${index}].matchLabelExpressions`;
    const errors = validateTerm(term, at);
    const meaning = sortedByKey(
      Object.fromEntries((term.matchLabelExpressions ?? []).map(({ key, values }) => [key, [...values].sort()])),
    );
    if (seen.some((other) => jsonEqual(other, meaning))) errors.push(duplicate(at, ''));
    seen.push(meaning);
    return errors;
  });
}

function validateTerm({ matchLabelExpressions = [] }: V1TopologySelectorTerm, path: string): FieldError[] {
  const keys = new Set<string>();
  return matchLabelExpressions.flatMap(({ key = '', values = [] }, index) => {
    const at = `${path}[${index}]`;
    const errors: FieldError[] = values.length === 0 ? [required(`${at}.values`)] : [];
    values.forEach((value, position) => {
      if (values.indexOf(value) < position) errors.push(duplicate(`${at}.values[${position}]`, value));
    });
    errors.push(...invalidValues(`${at}.key`, key, checkQualifiedName(key)));
    if (keys.has(key)) errors.push(duplicate(`${at}.key`, key));
    keys.add(key);
    return errors;
  });
}

/** Volumes have been made by it: what they are made of stays. */
export function validateStorageClassUpdate(next: StorageClass, old: StorageClass): FieldError[] {
  return (['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const).flatMap((field) =>
    validateImmutableField(next[field], old[field], field),
  );
}

export function storageClassWarnings({ allowedTopologies = [] }: StorageClass): string[] {
  return allowedTopologies.flatMap(({ matchLabelExpressions = [] }, index) =>
    matchLabelExpressions.flatMap(({ key }, position) => {
      const deprecation = nodeLabelDeprecation(key);
      const path = `allowedTopologies[${index}].matchLabelExpressions[${position}].key`;
      return deprecation ? [`${path}: ${deprecation}`] : [];
    }),
  );
}
