import type { FieldError } from '../../api/errors.ts';
import { immutable, invalidValue, invalidValues } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { CSIStorageCapacity } from '../../api/object.ts';
import { formatQuantity, parseQuantity } from '../../api/quantity.ts';
import { checkDNS1123Subdomain } from '../../api/validation.ts';
import { nodeLabelDeprecation } from '../node-labels.ts';
import { validateLabelSelector } from '../pod-spec/validate-label-selector.ts';
import { selectorValue } from '../workloads/selector.ts';

export function validateCSIStorageCapacity(object: CSIStorageCapacity): FieldError[] {
  const { nodeTopology, storageClassName = '', capacity } = object;
  const errors = [
    ...validateLabelSelector(nodeTopology, 'nodeTopology'),
    ...invalidValues('storageClassName', storageClassName, checkDNS1123Subdomain(storageClassName)),
  ];
  const amount = capacity === undefined ? undefined : parseQuantity(capacity);
  if (!amount || amount.nano >= 0n) return errors;
  return [...errors, invalidValue('capacity', formatQuantity(amount), 'must be greater than or equal to 0')];
}

export function validateCSIStorageCapacityUpdate(next: CSIStorageCapacity, old: CSIStorageCapacity): FieldError[] {
  const [after, before] = [selectorValue(next.nodeTopology), selectorValue(old.nodeTopology)];
  const errors = jsonEqual(after, before) ? [] : [immutable('nodeTopology', after)];
  if (next.storageClassName === old.storageClassName) return errors;
  return [...errors, immutable('storageClassName', next.storageClassName)];
}

export function csiStorageCapacityWarnings({ nodeTopology }: CSIStorageCapacity): string[] {
  const expressions = (nodeTopology?.matchExpressions ?? []).flatMap(({ key }, index) => {
    const deprecation = nodeLabelDeprecation(key);
    return deprecation ? [`nodeTopology.matchExpressions[${index}].key: ${key} is ${deprecation}`] : [];
  });
  const labels = Object.keys(nodeTopology?.matchLabels ?? {}).flatMap((label) => {
    const deprecation = nodeLabelDeprecation(label);
    return deprecation ? [`nodeTopology.matchLabels.${label}: ${deprecation}`] : [];
  });
  return [...expressions, ...labels];
}
