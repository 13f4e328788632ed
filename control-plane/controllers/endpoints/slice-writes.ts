import { jsonEqual } from '../../../shared/api/json.ts';
import type { EndpointSlice, KubernetesObject, OwnerReference } from '../../../shared/api/object.ts';
import { managedByLabel } from '../../../shared/kinds/endpoint-slice/validate.ts';
import type { WriteOperation } from '../../client.ts';
import { keyOf, sameObject } from '../runtime/write.ts';
import type { SliceGroup, SlicePlan } from './slices.ts';

export const sliceResource = 'endpointslices.discovery.k8s.io';
export const serviceNameLabel = 'kubernetes.io/service-name';
export { managedByLabel };

/** Key of the Service that a slice of this controller is of. */
export function keysOfSlice({ metadata }: KubernetesObject, controller: string): string[] {
  const { labels = {}, namespace = '' } = metadata;
  const name = labels[serviceNameLabel];
  return name && labels[managedByLabel] === controller ? [`${namespace}/${name}`] : [];
}

/** What all slices of one Service have in common. */
export interface SliceMeta {
  namespace: string;
  /** Of the Service; slices are called after it. */
  name: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  owner: OwnerReference;
}

/** The writes of a plan, and those that bring the metadata of the other slices up to date. */
export function sliceWrites(plan: SlicePlan, existing: readonly EndpointSlice[], meta: SliceMeta): WriteOperation[] {
  const touched = new Set([...plan.remove, ...plan.update.map(({ slice }) => slice)]);
  const outdated = existing.filter((slice) => !touched.has(slice) && !hasMeta(slice, meta));
  const renewed = outdated.map((slice) => ({ slice, endpoints: slice.endpoints ?? [], ports: slice.ports ?? [] }));
  return [
    ...plan.create.map(
      (group): WriteOperation => ({ verb: 'create', resource: sliceResource, object: born(group, meta) }),
    ),
    ...[...plan.update, ...renewed].map(({ slice, endpoints, ports }): WriteOperation => {
      const { name, namespace, uid, resourceVersion } = slice.metadata;
      const metadata = { name, namespace, uid, resourceVersion, ...commonMeta(meta) };
      const object = { ...typed(slice.addressType), metadata, endpoints, ports };
      return { verb: 'update', resource: sliceResource, object: object as unknown as KubernetesObject };
    }),
    ...plan.remove.map((slice): WriteOperation => {
      const object = slice as unknown as KubernetesObject;
      return { verb: 'delete', key: keyOf(sliceResource, object), preconditions: sameObject(object) };
    }),
  ];
}

function born({ addressType, ports, endpoints }: SliceGroup, meta: SliceMeta): KubernetesObject {
  const metadata = { generateName: `${meta.name}-`, namespace: meta.namespace, ...commonMeta(meta) };
  return { ...typed(addressType), metadata, endpoints, ports } as unknown as KubernetesObject;
}

function typed(addressType: string) {
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType };
}

function commonMeta({ labels, annotations = {}, owner }: SliceMeta) {
  return {
    labels,
    ownerReferences: [owner],
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
}

function hasMeta({ metadata }: EndpointSlice, { labels, annotations = {} }: SliceMeta): boolean {
  return jsonEqual(metadata.labels ?? {}, labels) && jsonEqual(metadata.annotations ?? {}, annotations);
}
