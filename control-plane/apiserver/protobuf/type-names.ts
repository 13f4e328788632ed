import { openapiNameOf } from '../../../shared/schema/registry.ts';
import type { Message } from './message.ts';
import { listMessage, messageNames, messageOf, partialMetadataMessage } from './message-types.ts';

/** The API groups by the packages of their types. A custom resource's group is none of them, whatever it begins with. */
const packages: Readonly<Record<string, string>> = {
  '': 'core',
  'admissionregistration.k8s.io': 'admissionregistration',
  'apiextensions.k8s.io': 'apiextensions',
  'apiregistration.k8s.io': 'apiregistration',
  apps: 'apps',
  'authentication.k8s.io': 'authentication',
  'authorization.k8s.io': 'authorization',
  autoscaling: 'autoscaling',
  batch: 'batch',
  'certificates.k8s.io': 'certificates',
  'coordination.k8s.io': 'coordination',
  'discovery.k8s.io': 'discovery',
  'events.k8s.io': 'events',
  'flowcontrol.apiserver.k8s.io': 'flowcontrol',
  'meta.k8s.io': 'meta',
  'networking.k8s.io': 'networking',
  'node.k8s.io': 'node',
  policy: 'policy',
  'rbac.authorization.k8s.io': 'rbac',
  'resource.k8s.io': 'resource',
  'scheduling.k8s.io': 'scheduling',
  'storage.k8s.io': 'storage',
  'storagemigration.k8s.io': 'storagemigration',
};

/** Types of `meta/v1` that come under every group and version. */
const everywhere: ReadonlySet<string> = new Set(['DeleteOptions', 'Status']);

/** Types that became stable without a change, by the models of their last betas. */
const graduated: Readonly<Record<string, string>> = {
  'certificates.v1.PodCertificateRequest': 'V1beta1PodCertificateRequest',
  'resource.v1.DeviceTaintRule': 'V1beta2DeviceTaintRule',
  'storagemigration.v1.StorageVersionMigration': 'V1beta1StorageVersionMigration',
};

let models: Map<string, string> | undefined;

/** Names of the schema by `core/v1.Pod`. */
function modelNames(): Map<string, string> {
  models ??= new Map([
    ...messageNames().map((model): [string, string] => [openapiNameOf(model).split('.').slice(-3).join('.'), model]),
    ...Object.entries(graduated),
  ]);
  return models;
}

/** The message of what an object says that it is. Undefined: it has no protobuf form. */
export function messageOfKind(apiVersion: string, kind: string): Message | undefined {
  const slash = apiVersion.indexOf('/');
  const group = apiVersion.slice(0, Math.max(slash, 0));
  const version = apiVersion.slice(slash + 1);
  if (everywhere.has(kind)) return messageOf(`V1${kind}`);
  if (!Object.hasOwn(packages, group)) return undefined;
  return find(`${packages[group]}.${version}.`, kind);
}

function find(prefix: string, kind: string): Message | undefined {
  if (`${prefix}${kind}` === 'meta.v1.PartialObjectMetadata') return partialMetadataMessage();
  const model = modelNames().get(prefix + kind);
  if (model) return messageOf(model);
  const item = kind.endsWith('List') ? find(prefix, kind.slice(0, -'List'.length)) : undefined;
  return item && listMessage(item);
}

let groupVersions: ReadonlySet<string> | undefined;

/** Whether the kinds of a group and version have a protobuf form; those of custom resources have not. */
export function hasProtobuf({ group, version }: { group: string; version: string }): boolean {
  if (!Object.hasOwn(packages, group)) return false;
  groupVersions ??= new Set(
    modelNames()
      .keys()
      .map((name) => name.slice(0, name.lastIndexOf('.'))),
  );
  return groupVersions.has(`${packages[group]}.${version}`);
}
