import type { V1VolumeAttachmentSource, V1VolumeError } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, invalidValues, required, tooLong } from '../../api/field-errors.ts';
import { byteLength } from '../../api/go-format.ts';
import type { VolumeAttachment, Wire } from '../../api/object.ts';
import { checkDNS1123Subdomain, validateImmutableField } from '../../api/validation.ts';
import { validateDriverName, validateVolumeSource } from '../persistent-volume/sources.ts';
import { validateAccessModes } from '../persistent-volume-claim/validate-spec.ts';
import { maxInt32 } from '../pod-spec/numbers.ts';

const maximumMetadataBytes = 256 * 1024;
const maximumMessageBytes = 1024;
const oneSource = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';

export function validateVolumeAttachment(attachment: VolumeAttachment): FieldError[] {
  const { attacher, source = {}, nodeName = '' } = attachment.spec ?? {};
  return [
    ...validateDriverName(attacher, 'spec.attacher'),
    ...validateSource(source, 'spec.source'),
    ...invalidValues('spec.nodeName', nodeName, checkDNS1123Subdomain(nodeName)),
    ...validateVolumeAttachmentStatus(attachment),
  ];
}

function validateSource(source: Wire<V1VolumeAttachmentSource>, path: string): FieldError[] {
  const { inlineVolumeSpec, persistentVolumeName: name } = source;
  if (inlineVolumeSpec && name !== undefined) return [forbidden(path, oneSource)];
  if (inlineVolumeSpec) return validateInline(inlineVolumeSpec, `${path}.inlineVolumeSpec`);
  if (name === undefined) return [required(path, oneSource)];
  const at = `${path}.persistentVolumeName`;
  if (name === '') return [required(at, 'must specify non empty persistentVolumeName')];
  return invalidValues(at, name, checkDNS1123Subdomain(name));
}

type InlineSpec = NonNullable<Wire<V1VolumeAttachmentSource>['inlineVolumeSpec']>;

/** A volume that no PersistentVolume stands for says less of itself. */
function validateInline(spec: InlineSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const refuse = (field: string) =>
    errors.push(forbidden(`${path}.${field}`, 'may not be specified in the context of inline volumes'));
  if (spec.claimRef) refuse('claimRef');
  if (Object.keys(spec.capacity ?? {}).length > 0) refuse('capacity');
  if (!spec.csi) errors.push(required(`${path}.csi`, 'has to be specified in the context of inline volumes'));
  if (!spec.accessModes?.length) errors.push(required(`${path}.accessModes`));
  errors.push(...validateAccessModes(spec.accessModes ?? [], `${path}.accessModes`));
  const policy = spec.persistentVolumeReclaimPolicy;
  if (policy && policy !== 'Retain') {
    const detail = 'may only be Retain in the context of inline volumes';
    errors.push(forbidden(`${path}.persistentVolumeReclaimPolicy`, detail));
  }
  if (spec.nodeAffinity) refuse('nodeAffinity');
  errors.push(...validateVolumeSource(spec, path));
  if (spec.storageClassName) refuse('storageClassName');
  if (spec.volumeMode !== undefined && spec.volumeMode !== 'Filesystem') {
    const detail = 'may not specify volumeMode other than Filesystem in the context of inline volumes';
    errors.push(forbidden(`${path}.volumeMode`, detail));
  }
  return errors;
}

export function validateVolumeAttachmentStatus({ status }: VolumeAttachment): FieldError[] {
  const { attachmentMetadata = {}, attachError, detachError } = status ?? {};
  const size = Object.entries(attachmentMetadata).reduce(
    (sum, [key, value]) => sum + byteLength(key) + byteLength(value),
    0,
  );
  return [
    ...(size > maximumMetadataBytes ? [tooLong('status.attachmentMetadata', maximumMetadataBytes)] : []),
    ...validateVolumeError(attachError, 'status.attachError'),
    ...validateVolumeError(detachError, 'status.detachError'),
  ];
}

function validateVolumeError(error: Wire<V1VolumeError> | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (byteLength(error?.message ?? '') > maximumMessageBytes) {
    // The bound that Kubernetes names here is that of another field.
    errors.push(tooLong(`${path}.message`, maximumMetadataBytes));
  }
  const code = error?.errorCode ?? 0;
  if (code >= 0) return errors;
  return [...errors, invalidValue(`${path}.errorCode`, code, `must be between 0 and ${maxInt32}, inclusive`)];
}

export function validateVolumeAttachmentUpdate(next: VolumeAttachment, old: VolumeAttachment): FieldError[] {
  return validateImmutableField(next.spec, old.spec, 'spec');
}
