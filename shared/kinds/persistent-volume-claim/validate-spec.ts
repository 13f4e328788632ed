import type { V1PersistentVolumeClaimSpec, V1TypedObjectReference } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { formatQuantity, parseQuantity } from '../../api/quantity.ts';
import { checkDNS1123Label, checkDNS1123Subdomain } from '../../api/validation.ts';
import { validateLabelSelector } from '../pod-spec/validate-label-selector.ts';

export type ClaimSpec = Wire<V1PersistentVolumeClaimSpec>;
type Reference = Partial<Wire<V1TypedObjectReference>>;

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const volumeModes = ['Block', 'Filesystem'];

/** What a claim asks for: of a PersistentVolumeClaim, a template of a StatefulSet or an ephemeral volume. */
export function validateClaimSpec(spec: ClaimSpec, path: string): FieldError[] {
  return [
    ...(spec.accessModes?.length ? [] : [required(`${path}.accessModes`, 'at least 1 access mode is required')]),
    ...validateLabelSelector(spec.selector, `${path}.selector`),
    ...validateAccessModes(spec.accessModes ?? [], `${path}.accessModes`),
    ...validateSize(spec.resources?.requests?.storage, `${path}.resources[storage]`),
    ...validateName(spec.storageClassName, `${path}.storageClassName`),
    ...validateVolumeMode(spec.volumeMode, `${path}.volumeMode`),
    ...validateDataSources(spec, path),
    ...validateName(spec.volumeAttributesClassName, `${path}.volumeAttributesClassName`),
  ];
}

/** `ReadWriteOncePod` promises what the other modes do not. */
export function validateAccessModes(modes: readonly string[], path: string): FieldError[] {
  const errors = modes
    .filter((mode) => !accessModes.includes(mode))
    .map((mode) => notSupported(path, mode, accessModes));
  const supported = modes.filter((mode) => accessModes.includes(mode));
  if (supported.includes('ReadWriteOncePod') && supported.some((mode) => mode !== 'ReadWriteOncePod')) {
    errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  }
  return errors;
}

export function validateVolumeMode(mode: string | undefined, path: string): FieldError[] {
  return mode === undefined || volumeModes.includes(mode) ? [] : [notSupported(path, mode, volumeModes)];
}

function validateSize(text: string | undefined, path: string): FieldError[] {
  if (text === undefined) return [required(path)];
  const size = parseQuantity(text);
  return size.nano > 0n ? [] : [invalidValue(path, formatQuantity(size), 'must be greater than zero')];
}

function validateName(name: string | undefined, path: string): FieldError[] {
  return name ? invalidValues(path, name, checkDNS1123Subdomain(name)) : [];
}

/** The same source under its old and its new name, unless it is in another namespace. */
function validateDataSources({ dataSource, dataSourceRef }: ClaimSpec, path: string): FieldError[] {
  const errors = [
    ...(dataSource ? validateReference(dataSource, `${path}.dataSource`) : []),
    ...(dataSourceRef ? validateReference(dataSourceRef, `${path}.dataSourceRef`) : []),
  ];
  if (!dataSource || !dataSourceRef) return errors;
  if (dataSourceRef.namespace) {
    errors.push(invalidValue(path, {}, 'may not be specified when dataSourceRef.namespace is specified'));
  } else if (!isSameReference(dataSource, dataSourceRef)) {
    errors.push(invalidValue(path, {}, 'must match dataSourceRef'));
  }
  return errors;
}

function validateReference({ apiGroup, kind, name, namespace }: Reference, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(required(`${path}.name`));
  if (!kind) errors.push(required(`${path}.kind`));
  if (!apiGroup && kind !== 'PersistentVolumeClaim') {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    errors.push(invalidValue(path, kind ?? '', detail));
  }
  if (apiGroup) errors.push(...invalidValues(`${path}.apiGroup`, apiGroup, checkDNS1123Subdomain(apiGroup)));
  if (namespace) errors.push(...invalidValues(`${path}.namespace`, namespace, checkDNS1123Label(namespace)));
  return errors;
}

function isSameReference(a: Reference, b: Reference): boolean {
  return (a.apiGroup ?? '') === (b.apiGroup ?? '') && a.kind === b.kind && a.name === b.name;
}
