import type { V1CSIPersistentVolumeSource, V1PersistentVolumeSpec, V1SecretReference } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, invalidValues, notSupported, required, tooLong } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { checkDNS1123Label, checkDNS1123Subdomain } from '../../api/validation.ts';
import { validateNoBacksteps } from '../pod-spec/paths.ts';

export type VolumeSpec = Wire<V1PersistentVolumeSpec>;

type SourceRules = { [S in VolumeSource]: (source: NonNullable<VolumeSpec[S]>, path: string) => FieldError[] };
type VolumeSource = Exclude<
  keyof VolumeSpec,
  | 'accessModes'
  | 'capacity'
  | 'claimRef'
  | 'mountOptions'
  | 'nodeAffinity'
  | 'persistentVolumeReclaimPolicy'
  | 'storageClassName'
  | 'volumeAttributesClassName'
  | 'volumeMode'
>;

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];
const longestDriver = 63;

/** Rules by source, in the order in which they are looked at: the first that is set is the volume's. */
const sourceRules: SourceRules = {
  hostPath: (source, path) => {
    if (!source.path) return [required(`${path}.path`)];
    const errors = validateNoBacksteps(source.path, `${path}.path`);
    const type = source.type ?? '';
    return hostPathTypes.includes(type) ? errors : [...errors, notSupported(`${path}.type`, type, hostPathTypes)];
  },
  gcePersistentDisk: (source, path) => requireText(source, ['pdName'], path),
  awsElasticBlockStore: (source, path) => requireText(source, ['volumeID'], path),
  glusterfs: (source, path) => requireText(source, ['endpoints', 'path'], path),
  flocker: () => [],
  nfs: (source, path) => {
    const errors = requireText(source, ['server', 'path'], path);
    return source.path?.startsWith('/')
      ? errors
      : [...errors, invalidValue(`${path}.path`, source.path ?? '', 'must be an absolute path')];
  },
  rbd: (source, path) => [
    ...(source.monitors?.length ? [] : [required(`${path}.monitors`)]),
    ...requireText(source, ['image'], path),
  ],
  quobyte: (source, path) => requireText(source, ['registry', 'volume'], path),
  cephfs: ({ monitors }, path) => (monitors?.length ? [] : [required(`${path}.monitors`)]),
  iscsi: (source, path) => requireText(source, ['targetPortal', 'iqn'], path),
  cinder: (source, path) => requireText(source, ['volumeID'], path),
  fc: validateFibreChannel,
  flexVolume: (source, path) => requireText(source, ['driver'], path),
  azureFile: (source, path) => requireText(source, ['secretName', 'shareName'], path),
  vsphereVolume: (source, path) => requireText(source, ['volumePath'], path),
  photonPersistentDisk: (source, path) => requireText(source, ['pdID'], path),
  portworxVolume: (source, path) => requireText(source, ['volumeID'], path),
  azureDisk: (source, path) => requireText(source, ['diskName', 'diskURI'], path),
  scaleIO: (source, path) => requireText(source, ['gateway', 'system', 'volumeName'], path),
  local: (source, path) =>
    source.path ? validateNoBacksteps(source.path, `${path}.path`) : [required(`${path}.path`)],
  storageos: () => [],
  csi: validateCSI,
};
export const volumeSources = Object.keys(sourceRules) as VolumeSource[];

/** Exactly one source, which is in order. */
export function validateVolumeSource(spec: VolumeSpec, path: string): FieldError[] {
  const [first, ...others] = volumeSources.filter((source) => spec[source] !== undefined && spec[source] !== null);
  if (!first) return [required(path, 'must specify a volume type')];
  return [
    ...applyRule(first, spec, `${path}.${first}`),
    ...others.map((source) => forbidden(`${path}.${source}`, 'may not specify more than 1 volume type')),
  ];
}

function applyRule<S extends VolumeSource>(source: S, spec: VolumeSpec, path: string): FieldError[] {
  return sourceRules[source](spec[source] as NonNullable<VolumeSpec[S]>, path);
}

function validateFibreChannel({ targetWWNs, wwids, lun }: NonNullable<VolumeSpec['fc']>, path: string): FieldError[] {
  const field = `${path}.targetWWNs`;
  if (!targetWWNs?.length) {
    return wwids?.length ? [] : [required(field, 'must specify either targetWWNs or wwids, but not both')];
  }
  const errors = wwids?.length
    ? [invalidValue(field, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously')]
    : [];
  if (lun === undefined) return [...errors, required(`${path}.lun`, 'lun is required if targetWWNs is specified')];
  if (lun >= 0 && lun <= 255) return errors;
  return [...errors, invalidValue(`${path}.lun`, lun, 'must be between 0 and 255, inclusive')];
}

function validateCSI(source: Wire<V1CSIPersistentVolumeSource>, path: string): FieldError[] {
  const secrets = [
    'controllerPublishSecretRef',
    'controllerExpandSecretRef',
    'nodePublishSecretRef',
    'nodeExpandSecretRef',
  ] as const;
  return [
    ...validateDriverName(source.driver, `${path}.driver`),
    ...requireText(source, ['volumeHandle'], path),
    ...secrets.flatMap((name) => validateSecretReference(source[name], `${path}.${name}`)),
  ];
}

/** Of a CSI driver. */
export function validateDriverName(name: string | undefined, path: string): FieldError[] {
  if (!name) return [required(path)];
  const errors = name.length > longestDriver ? [tooLong(path, longestDriver)] : [];
  return [...errors, ...invalidValues(path, name, checkDNS1123Subdomain(name.toLowerCase()))];
}

function validateSecretReference(reference: Wire<V1SecretReference> | undefined, path: string): FieldError[] {
  if (!reference) return [];
  const { name, namespace } = reference;
  return [
    ...(name ? invalidValues(`${path}.name`, name, checkDNS1123Subdomain(name)) : [required(`${path}.name`)]),
    ...(namespace
      ? invalidValues(`${path}.namespace`, namespace, checkDNS1123Label(namespace))
      : [required(`${path}.namespace`)]),
  ];
}

function requireText<T extends object>(source: T, fields: readonly (keyof T & string)[], path: string): FieldError[] {
  return fields.filter((field) => !source[field]).map((field) => required(`${path}.${field}`));
}
