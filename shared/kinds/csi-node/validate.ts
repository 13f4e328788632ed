import type { V1CSINodeDriver } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValue, invalidValues, required } from '../../api/field-errors.ts';
import type { CSINode } from '../../api/object.ts';
import { checkQualifiedName, validateImmutableField } from '../../api/validation.ts';
import { validateDriverName } from '../persistent-volume/sources.ts';
import { validateNonNegative } from '../pod-spec/numbers.ts';

const maximumNodeIDLength = 256;

export function validateCSINode({ spec }: CSINode): FieldError[] {
  const names = new Set<string>();
  return (spec?.drivers ?? []).flatMap((driver, index) => {
    const path = `spec.drivers[${index}]`;
    const errors = validateDriver(driver, path);
    if (names.has(driver.name)) errors.push(duplicate(`${path}.name`, driver.name));
    names.add(driver.name);
    return [...errors, ...validateTopologyKeys(driver.topologyKeys ?? [], path)];
  });
}

function validateDriver({ name, nodeID = '', allocatable }: V1CSINodeDriver, path: string): FieldError[] {
  const errors = validateDriverName(name, `${path}.name`);
  if (nodeID === '') errors.push(required(`${path}.nodeID`));
  if (nodeID.length > maximumNodeIDLength) {
    errors.push(invalidValue(`${path}.nodeID`, nodeID, `must be ${maximumNodeIDLength} characters or less`));
  }
  return [...errors, ...validateNonNegative(allocatable?.count, `${path}.allocatable.count`)];
}

function validateTopologyKeys(keys: readonly string[], path: string): FieldError[] {
  return keys.flatMap((key, index) => [
    ...(key === '' ? [required(path)] : []),
    ...(keys.indexOf(key) < index ? [duplicate(path, key)] : []),
    ...invalidValues(path, key, checkQualifiedName(key)),
  ]);
}

/** A driver that is on the node stays as it is, but for how many volumes it can take. */
export function validateCSINodeUpdate(next: CSINode, old: CSINode): FieldError[] {
  const identity = ({ allocatable: _, ...rest }: V1CSINodeDriver) => rest;
  return (old.spec?.drivers ?? []).flatMap((before) =>
    (next.spec?.drivers ?? [])
      .filter(({ name }) => name === before.name)
      .flatMap((after) => validateImmutableField(identity(after), identity(before), 'spec.drivers')),
  );
}
