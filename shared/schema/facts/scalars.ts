/**
 * Types that the client package shows as plain strings or as `any`.
 */

/** Fields that hold a quantity (`500m`, `1Gi`), or a list or map of them. */
export const quantities: Readonly<Record<string, readonly string[]>> = {
  V1CSIStorageCapacity: ['capacity', 'maximumVolumeSize'],
  V1ContainerStatus: ['allocatedResources'],
  V1EmptyDirVolumeSource: ['sizeLimit'],
  V1LimitRangeItem: ['default', 'defaultRequest', 'max', 'maxLimitRequestRatio', 'min'],
  V1NodeAllocatableResourceClaimStatus: ['resources'],
  V1NodeStatus: ['allocatable', 'capacity'],
  V1Overhead: ['podFixed'],
  V1PersistentVolumeClaimStatus: ['allocatedResources', 'capacity'],
  V1PersistentVolumeSpec: ['capacity'],
  V1PodSpec: ['overhead'],
  V1PodStatus: ['allocatedResources'],
  V1ResourceFieldSelector: ['divisor'],
  V1ResourceQuotaSpec: ['hard'],
  V1ResourceQuotaStatus: ['hard', 'used'],
  V1ResourceRequirements: ['limits', 'requests'],
  V1VolumeResourceRequirements: ['limits', 'requests'],
  V2HPAScalingRules: ['tolerance'],
  V2MetricTarget: ['averageValue', 'value'],
  V2MetricValueStatus: ['averageValue', 'value'],
  ...forVersions(['V1', 'V1beta1', 'V1beta2'], {
    CapacityRequestPolicy: ['default', 'validValues'],
    CapacityRequestPolicyRange: ['max', 'min', 'step'],
    CapacityRequirements: ['requests'],
    Counter: ['value'],
    DeviceCapacity: ['value'],
    DeviceRequestAllocationResult: ['consumedCapacity'],
    NodeAllocatableResourceMapping: ['allocationMultiplier'],
  }),
};

/** The OpenAPI names of the types that take any JSON. */
export const openTypes = {
  FieldsV1: 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  RawExtension: 'io.k8s.apimachinery.pkg.runtime.RawExtension',
  JSON: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
  JSONSchemaPropsOrArray: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray',
  JSONSchemaPropsOrBool: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool',
  JSONSchemaPropsOrStringArray: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray',
  CustomResourceSubresourceStatus:
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus',
  BasicSchedulingPolicy: 'io.k8s.api.scheduling.v1alpha2.BasicSchedulingPolicy',
  StorageVersionSpec: 'io.k8s.api.apiserverinternal.v1alpha1.StorageVersionSpec',
} as const;

export type OpenType = keyof typeof openTypes;

/** Fields that take any JSON, and what of. */
export const openFields: Readonly<Record<string, Readonly<Record<string, OpenType>>>> = {
  V1ControllerRevision: { data: 'RawExtension' },
  V1CustomResourceSubresources: { status: 'CustomResourceSubresourceStatus' },
  V1JSONSchemaProps: {
    additionalItems: 'JSONSchemaPropsOrBool',
    additionalProperties: 'JSONSchemaPropsOrBool',
    default: 'JSON',
    dependencies: 'JSONSchemaPropsOrStringArray',
    enum: 'JSON',
    example: 'JSON',
    items: 'JSONSchemaPropsOrArray',
  },
  V1ManagedFieldsEntry: { fieldsV1: 'FieldsV1' },
  V1WatchEvent: { object: 'RawExtension' },
  V1alpha1StorageVersion: { spec: 'StorageVersionSpec' },
  V1alpha2PodGroupSchedulingPolicy: { basic: 'BasicSchedulingPolicy' },
  ...forVersions<Readonly<Record<string, OpenType>>>(['V1', 'V1beta1', 'V1beta2'], {
    AllocatedDeviceStatus: { data: 'RawExtension' },
    OpaqueDeviceConfiguration: { parameters: 'RawExtension' },
  }),
};

/** Types of the same form in several versions of their group. */
function forVersions<T>(versions: readonly string[], types: Readonly<Record<string, T>>): Record<string, T> {
  const entries = Object.entries(types);
  return Object.fromEntries(versions.flatMap((version) => entries.map(([name, facts]) => [version + name, facts])));
}
