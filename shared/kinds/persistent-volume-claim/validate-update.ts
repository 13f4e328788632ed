import type { FieldError } from '../../api/errors.ts';
import { forbidden, immutable, invalidValue, notSupported, required } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { PersistentVolumeClaim } from '../../api/object.ts';
import { parseQuantity, quantityValue } from '../../api/quantity.ts';
import { checkQualifiedName } from '../../api/validation.ts';
import { describeChanges } from '../pod/describe-changes.ts';
import { isNative } from '../resources/names.ts';
import { storageClassAnnotation } from './class.ts';
import type { ClaimSpec } from './validate-spec.ts';

const resizeStates = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];

/** A claim stays what it was, so that nobody slips past quotas and limits; what is bound may grow. */
export function validateClaimUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const [spec, oldSpec] = [claim.spec ?? {}, old.spec ?? {}];
  const kept = withAllowedChanges(claim, old);
  const errors = isMovedFromAnnotation(claim, old) ? [] : validateAnnotation(claim, old);
  if (!jsonEqual(kept, oldSpec)) {
    const detail = `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${describeChanges(oldSpec, kept)}`;
    errors.push(forbidden('spec', detail));
  }
  errors.push(...validateShrinking(claim, old));
  if (spec.volumeMode !== oldSpec.volumeMode) errors.push(immutable('volumeMode', spec.volumeMode ?? null));
  return [...errors, ...validateAttributesClass(spec, old)];
}

/** The new spec with everything taken back that may change. */
function withAllowedChanges(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): ClaimSpec {
  const [spec, oldSpec] = [structuredClone(claim.spec ?? {}), old.spec ?? {}];
  const isBound = claim.status?.phase === 'Bound';
  if (!oldSpec.volumeName) assign(spec, 'volumeName', oldSpec.volumeName);
  if (isBound) assign(spec, 'volumeAttributesClassName', oldSpec.volumeAttributesClassName);
  const size = oldSpec.resources?.requests?.storage;
  if (isBound && spec.resources?.requests && size !== undefined) spec.resources.requests.storage = size;
  // A claim without a class may be given one, once.
  const annotated = old.metadata.annotations?.[storageClassAnnotation];
  const isFirst = oldSpec.storageClassName === undefined && spec.storageClassName !== undefined;
  if (isFirst && (annotated === undefined || annotated === spec.storageClassName)) delete spec.storageClassName;
  return spec;
}

function assign<K extends keyof ClaimSpec>(spec: ClaimSpec, field: K, value: ClaimSpec[K]): void {
  if (value === undefined) delete spec[field];
  else spec[field] = value;
}

function isMovedFromAnnotation(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const before = old.metadata.annotations?.[storageClassAnnotation];
  const after = claim.metadata.annotations?.[storageClassAnnotation];
  const isMoved = old.spec?.storageClassName === undefined && claim.spec?.storageClassName === before;
  return before !== undefined && isMoved && (after === undefined || after === before);
}

function validateAnnotation(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const [after, before] = [claim, old].map(({ metadata }) => metadata.annotations?.[storageClassAnnotation] ?? '');
  return after === before ? [] : [immutable(`metadata.annotations[${storageClassAnnotation}]`, after)];
}

/** Back to what it has, after an expansion that failed, and no further. */
function validateShrinking(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const sizeOf = (text: string | undefined) => parseQuantity(text ?? '0').nano;
  const size = sizeOf(claim.spec?.resources?.requests?.storage);
  const isSmaller = size < sizeOf(old.spec?.resources?.requests?.storage);
  if (!isSmaller || size > sizeOf(old.status?.capacity?.storage)) return [];
  return [forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')];
}

function validateAttributesClass(spec: ClaimSpec, { spec: old, status }: PersistentVolumeClaim): FieldError[] {
  const { volumeAttributesClassName: name } = spec;
  if (name === old?.volumeAttributesClassName || status?.currentVolumeAttributesClassName === undefined || name)
    return [];
  const what = name === undefined ? 'nil' : 'empty string';
  const detail = `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`;
  return [forbidden('spec.volumeAttributesClassName', detail)];
}

export function validateClaimStatus({ spec, status = {} }: PersistentVolumeClaim): FieldError[] {
  const states = Object.entries(status.allocatedResourceStatuses ?? {});
  const allocated = Object.entries(status.allocatedResources ?? {});
  return [
    ...(spec?.accessModes?.length ? [] : [required('Spec.accessModes')]),
    ...Object.entries(status.capacity ?? {}).flatMap(([name, text]) =>
      validateAmount(text, `status.capacity[${name}]`),
    ),
    ...states.flatMap(([name, state]) => {
      const path = 'status.allocatedResourceStatuses';
      const errors = validateResourceKey(name, path);
      return resizeStates.includes(state) ? errors : [...errors, notSupported(path, name, resizeStates)];
    }),
    ...allocated.flatMap(([name, text]) => {
      const path = 'status.allocatedResources';
      const errors = validateResourceKey(name, path);
      return errors.length > 0 ? errors : validateAmount(text, `${path}[${name}]`);
    }),
  ];
}

function validateAmount(text: string, path: string): FieldError[] {
  const amount = parseQuantity(text);
  return amount.nano < 0n ? [invalidValue(path, quantityValue(amount), 'must be a valid resource quantity')] : [];
}

function validateResourceKey(name: string, path: string): FieldError[] {
  const errors = checkQualifiedName(name).map((message) => invalidValue(path, name, message));
  if (errors.length > 0 || !isNative(name) || name === 'storage') return errors;
  return [notSupported(path, name, ['storage'])];
}
