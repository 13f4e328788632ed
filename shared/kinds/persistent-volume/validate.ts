import type { FieldError } from '../../api/errors.ts';
import { forbidden, immutable, invalidValue, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { PersistentVolume } from '../../api/object.ts';
import { formatQuantity, parseQuantity } from '../../api/quantity.ts';
import { checkDNS1123Subdomain } from '../../api/validation.ts';
import { validateAccessModes, validateVolumeMode } from '../persistent-volume-claim/validate-spec.ts';
import { describeChanges } from '../pod/describe-changes.ts';
import { validateNodeSelector } from '../pod-spec/validate-affinity.ts';
import { type VolumeSpec, validateVolumeSource, volumeSources } from './sources.ts';

const reclaimPolicies = ['Delete', 'Recycle', 'Retain'];
const mountOptionsAnnotation = 'volume.beta.kubernetes.io/mount-options';
/** Whose drivers do not mount anything with options. */
const withoutMountOptions = [
  'hostPath',
  'flocker',
  'fc',
  'flexVolume',
  'portworxVolume',
  'scaleIO',
  'local',
  'storageos',
  'csi',
];

export function validatePersistentVolume({ metadata, spec = {} }: PersistentVolume): FieldError[] {
  const errors = validateVolumeSpec(spec, 'spec');
  const source = volumeSources.find((name) => spec[name]);
  if (metadata.annotations?.[mountOptionsAnnotation] === undefined) return errors;
  if (source && !withoutMountOptions.includes(source)) return errors;
  const field = `metadata.annotations.${mountOptionsAnnotation}`;
  return [...errors, forbidden(field, 'may not specify mount options for this volume type')];
}

export function validateVolumeSpec(spec: VolumeSpec, path: string): FieldError[] {
  return [
    ...(spec.accessModes?.length ? [] : [required(`${path}.accessModes`)]),
    ...validateAccessModes(spec.accessModes ?? [], `${path}.accessModes`),
    ...validateCapacity(spec.capacity ?? {}, `${path}.capacity`),
    ...validateReclaimPolicy(spec.persistentVolumeReclaimPolicy, `${path}.persistentVolumeReclaimPolicy`),
    ...validateNodeAffinity(spec.nodeAffinity, `${path}.nodeAffinity`),
    ...validateVolumeSource(spec, path),
    ...validatePlace(spec, path),
    ...validateClassName(spec.storageClassName, `${path}.storageClassName`),
    ...validateVolumeMode(spec.volumeMode, `${path}.volumeMode`),
    ...validateAttributesClass(spec, path),
  ];
}

function validateCapacity(capacity: Readonly<Record<string, string>>, path: string): FieldError[] {
  const names = Object.keys(capacity);
  const errors = names.length === 0 ? [required(path)] : [];
  if (capacity.storage === undefined || names.length > 1) errors.push(notSupported(path, capacity, ['storage']));
  for (const [name, text] of Object.entries(capacity)) {
    const amount = parseQuantity(text);
    const field = `${path}[${name}]`;
    if (amount.nano < 0n) errors.push(invalidValue(field, Number(text), 'must be a valid resource quantity'));
    if (amount.nano <= 0n) errors.push(invalidValue(field, formatQuantity(amount), 'must be greater than zero'));
  }
  return errors;
}

function validateReclaimPolicy(policy: string | undefined, path: string): FieldError[] {
  return !policy || reclaimPolicies.includes(policy) ? [] : [notSupported(path, policy, reclaimPolicies)];
}

function validateNodeAffinity(affinity: VolumeSpec['nodeAffinity'], path: string): FieldError[] {
  if (!affinity) return [];
  if (!affinity.required) return [required(`${path}.required`, 'must specify required node constraints')];
  return validateNodeSelector(affinity.required, `${path}.required`);
}

/** A volume of one machine says which, and nobody wipes a whole machine. */
function validatePlace({ local, hostPath, nodeAffinity, persistentVolumeReclaimPolicy }: VolumeSpec, path: string) {
  const errors: FieldError[] = [];
  if (local && !nodeAffinity) errors.push(required(`${path}.nodeAffinity`, 'Local volume requires node affinity'));
  if (isRoot(hostPath?.path) && persistentVolumeReclaimPolicy === 'Recycle') {
    const detail = "may not be 'recycle' for a hostPath mount of '/'";
    errors.push(forbidden(`${path}.persistentVolumeReclaimPolicy`, detail));
  }
  return errors;
}

function isRoot(path: string | undefined): boolean {
  return path !== undefined && /^\/(\.?\/)*\.?$/.test(path);
}

function validateClassName(name: string | undefined, path: string): FieldError[] {
  return name ? invalidValues(path, name, checkDNS1123Subdomain(name)) : [];
}

function validateAttributesClass({ volumeAttributesClassName: name, csi }: VolumeSpec, path: string): FieldError[] {
  if (name === undefined) return [];
  const field = `${path}.volumeAttributesClassName`;
  return [
    ...(name ? validateClassName(name, field) : [required(field, 'an empty string is disallowed')]),
    ...(csi ? [] : [required(`${path}.csi`, 'has to be specified when using volumeAttributesClassName')]),
  ];
}

export function validatePersistentVolumeUpdate(
  { spec = {} }: PersistentVolume,
  { spec: old = {} }: PersistentVolume,
): FieldError[] {
  const errors: FieldError[] = [];
  const [after, before] = [sourceOf(withoutNewExpandSecret(spec, old)), sourceOf(old)];
  if (!jsonEqual(after, before)) {
    const changes = describeChanges(before, after, 'spec.persistentvolumesource');
    const detail = `spec.persistentvolumesource is immutable after creation\n${changes}`;
    errors.push(forbidden('spec.persistentvolumesource', detail));
  }
  if (spec.volumeMode !== old.volumeMode) errors.push(immutable('volumeMode', spec.volumeMode ?? null));
  if (old.nodeAffinity && !jsonEqual(spec.nodeAffinity, old.nodeAffinity)) {
    const detail = 'field is immutable, except for updating from beta label to GA';
    errors.push(invalidValue('nodeAffinity', spec.nodeAffinity ?? null, detail));
  }
  if (old.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    errors.push(forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

function sourceOf(spec: VolumeSpec): Partial<VolumeSpec> {
  return Object.fromEntries(volumeSources.filter((name) => spec[name]).map((name) => [name, spec[name]]));
}

/** The one thing about a source that may be said later. */
function withoutNewExpandSecret(spec: VolumeSpec, old: VolumeSpec): VolumeSpec {
  if (!spec.csi?.controllerExpandSecretRef || !old.csi || old.csi.controllerExpandSecretRef) return spec;
  const { controllerExpandSecretRef: _, ...csi } = spec.csi;
  return { ...spec, csi };
}
