import type { V1Volume } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { duplicate, forbidden, invalidValues, notSupported, required } from '../../api/field-errors.ts';
import type { Wire } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';
import { checkDNS1123Label } from '../../api/validation.ts';
import { validateClaimTemplate } from '../persistent-volume-claim/validate-template.ts';
import { validateNoBacksteps } from './paths.ts';
import { validateProjected } from './validate-projected.ts';
import { validateConfigMapVolume, validateDownwardAPI, validateSecretVolume } from './volume-files.ts';

type Volume = Wire<V1Volume>;
type Source = Exclude<keyof Volume, 'name'>;
type SourceRules = { [S in Source]: (source: NonNullable<Volume[S]>, path: string) => FieldError[] };

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

/** Rules by source, in the order in which they are looked at: the first that is set is the volume's. */
const sourceRules: SourceRules = {
  emptyDir: ({ sizeLimit }, path) => {
    if (sizeLimit === undefined || parseQuantity(sizeLimit).nano >= 0n) return [];
    return [forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')];
  },
  hostPath: (source, path) => {
    if (!source.path) return [required(`${path}.path`)];
    const errors = validateNoBacksteps(source.path, `${path}.path`);
    const type = source.type ?? '';
    return hostPathTypes.includes(type) ? errors : [...errors, notSupported(`${path}.type`, type, hostPathTypes)];
  },
  gitRepo: (source, path) => requireText(source, ['repository'], path),
  gcePersistentDisk: (source, path) => requireText(source, ['pdName'], path),
  awsElasticBlockStore: (source, path) => requireText(source, ['volumeID'], path),
  secret: validateSecretVolume,
  nfs: (source, path) => requireText(source, ['server', 'path'], path),
  iscsi: (source, path) => requireText(source, ['targetPortal', 'iqn'], path),
  glusterfs: (source, path) => requireText(source, ['endpoints', 'path'], path),
  flocker: () => [],
  persistentVolumeClaim: (source, path) => requireText(source, ['claimName'], path),
  rbd: (source, path) => requireText(source, ['image'], path),
  cinder: (source, path) => requireText(source, ['volumeID'], path),
  cephfs: ({ monitors }, path) => (monitors?.length ? [] : [required(`${path}.monitors`)]),
  quobyte: (source, path) => requireText(source, ['registry', 'volume'], path),
  downwardAPI: validateDownwardAPI,
  fc: () => [],
  flexVolume: (source, path) => requireText(source, ['driver'], path),
  configMap: validateConfigMapVolume,
  azureFile: (source, path) => requireText(source, ['secretName', 'shareName'], path),
  vsphereVolume: (source, path) => requireText(source, ['volumePath'], path),
  photonPersistentDisk: (source, path) => requireText(source, ['pdID'], path),
  portworxVolume: (source, path) => requireText(source, ['volumeID'], path),
  azureDisk: (source, path) => requireText(source, ['diskName', 'diskURI'], path),
  storageos: () => [],
  projected: validateProjected,
  scaleIO: (source, path) => requireText(source, ['gateway', 'system', 'volumeName'], path),
  csi: (source, path) => requireText(source, ['driver'], path),
  ephemeral: ({ volumeClaimTemplate: template }, path) =>
    template
      ? validateClaimTemplate(template, `${path}.volumeClaimTemplate`)
      : [required(`${path}.volumeClaimTemplate`)],
  image: (source, path) => requireText(source, ['reference'], path),
};
const sources = Object.keys(sourceRules) as Source[];

/** `valid` are the volumes that containers may mount, by name. */
export function validateVolumes(
  volumes: readonly Volume[],
  path: string,
): { errors: FieldError[]; valid: Map<string, Volume> } {
  const valid = new Map<string, Volume>();
  const errors = volumes.flatMap((volume, index) => {
    const at = `${path}[${index}]`;
    const found = [...validateSource(volume, at), ...validateName(volume, valid, `${at}.name`)];
    if (found.length === 0) valid.set(volume.name, volume);
    return found;
  });
  return { errors, valid };
}

function validateName({ name }: Volume, others: ReadonlyMap<string, Volume>, path: string): FieldError[] {
  const errors = name ? invalidValues(path, name, checkDNS1123Label(name)) : [required(path)];
  return others.has(name) ? [...errors, duplicate(path, name)] : errors;
}

function validateSource(volume: Volume, path: string): FieldError[] {
  const present = sources.filter((source) => volume[source] !== undefined && volume[source] !== null);
  const [first, ...others] = present;
  if (!first) return [required(path, 'must specify a volume type')];
  return [
    ...applyRule(first, volume, `${path}.${first}`),
    ...others.map((source) => forbidden(`${path}.${source}`, 'may not specify more than 1 volume type')),
  ];
}

function applyRule<S extends Source>(source: S, volume: Volume, path: string): FieldError[] {
  return sourceRules[source](volume[source] as NonNullable<Volume[S]>, path);
}

function requireText<T extends object>(source: T, fields: readonly (keyof T & string)[], path: string): FieldError[] {
  return fields.filter((field) => !source[field]).map((field) => required(`${path}.${field}`));
}
