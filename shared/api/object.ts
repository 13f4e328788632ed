import type * as models from '@kubernetes/client-node';

/**
 * The JSON form of a `@kubernetes/client-node` model: that package turns timestamps into `Date`; on the wire, in the
 * store and everywhere in this project they stay RFC 3339 strings.
 */
export type Wire<T> = T extends Date
  ? string
  : T extends (infer U)[]
    ? Wire<U>[]
    : T extends object
      ? { [K in keyof T]: Wire<T[K]> }
      : T;

export type ObjectMeta = Wire<models.V1ObjectMeta>;
export type OwnerReference = Wire<models.V1OwnerReference>;
export type ManagedFieldsEntry = Wire<models.V1ManagedFieldsEntry>;
export type Status = Wire<models.V1Status>;
export type StatusCause = Wire<models.V1StatusCause>;
export type DeleteOptions = Wire<models.V1DeleteOptions>;

/** What every stored object has. Kind-blind code sees objects as this. */
export interface KubernetesObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

type AsObject<T extends { metadata?: models.V1ObjectMeta }> = Omit<Wire<T>, 'metadata'> & { metadata: ObjectMeta };

export type Pod = AsObject<models.V1Pod>;
export type PodSpec = Wire<models.V1PodSpec>;
export type PodStatus = Wire<models.V1PodStatus>;
export type PodCondition = Wire<models.V1PodCondition>;
export type Container = Wire<models.V1Container>;
export type ContainerStatus = Wire<models.V1ContainerStatus>;
export type Toleration = Wire<models.V1Toleration>;
export type Taint = Wire<models.V1Taint>;
export type Node = AsObject<models.V1Node>;
export type NodeCondition = Wire<models.V1NodeCondition>;
export type ReplicationController = AsObject<models.V1ReplicationController>;
export type ReplicaSet = AsObject<models.V1ReplicaSet>;
export type ControllerRevision = AsObject<models.V1ControllerRevision>;
export type DaemonSet = AsObject<models.V1DaemonSet>;
export type StatefulSet = AsObject<models.V1StatefulSet>;
export type Deployment = AsObject<models.V1Deployment>;
export type Job = AsObject<models.V1Job>;
export type CronJob = AsObject<models.V1CronJob>;
export type PodTemplateObject = AsObject<models.V1PodTemplate>;
export type PodDisruptionBudget = AsObject<models.V1PodDisruptionBudget>;
export type HorizontalPodAutoscaler = AsObject<models.V2HorizontalPodAutoscaler>;
export type HorizontalPodAutoscalerV1 = AsObject<models.V1HorizontalPodAutoscaler>;
export type Service = AsObject<models.V1Service>;
export type ServicePort = Wire<models.V1ServicePort>;
export type Endpoints = AsObject<models.V1Endpoints>;
export type EndpointSubset = Wire<models.V1EndpointSubset>;
export type Namespace = AsObject<models.V1Namespace>;
export type ConfigMap = AsObject<models.V1ConfigMap>;
export type Secret = AsObject<models.V1Secret>;
export type ServiceAccount = AsObject<models.V1ServiceAccount>;
/** Its types say that the server always answers with a status; requests have none, and the spec is always there. */
export type TokenRequest = Omit<AsObject<models.AuthenticationV1TokenRequest>, 'spec' | 'status'> & {
  spec: Wire<models.V1TokenRequestSpec>;
  status?: Wire<models.V1TokenRequestStatus>;
};
type LimitRangeItemModel = Wire<models.V1LimitRangeItem>;
/** The package has no field named by a reserved word. */
export type LimitRangeItem = Omit<LimitRangeItemModel, '_default'> & { default?: LimitRangeItemModel['_default'] };
export type LimitRange = Omit<AsObject<models.V1LimitRange>, 'spec'> & { spec?: { limits: LimitRangeItem[] } };
export type PersistentVolume = AsObject<models.V1PersistentVolume>;
export type PersistentVolumeClaim = AsObject<models.V1PersistentVolumeClaim>;
export type ComponentStatus = AsObject<models.V1ComponentStatus>;
export type ResourceQuota = AsObject<models.V1ResourceQuota>;
export type Event = AsObject<models.CoreV1Event>;
/** The same in its second form. Its types ask for a time that older events do not have. */
export type EventsV1Event = Omit<AsObject<models.EventsV1Event>, 'eventTime'> & { eventTime?: string | null };
export type PriorityClass = AsObject<models.V1PriorityClass>;
export type RuntimeClass = AsObject<models.V1RuntimeClass>;
export type Ingress = AsObject<models.V1Ingress>;
export type IngressClass = AsObject<models.V1IngressClass>;
export type NetworkPolicy = AsObject<models.V1NetworkPolicy>;
export type IPAddress = AsObject<models.V1IPAddress>;
export type ServiceCIDR = AsObject<models.V1ServiceCIDR>;
export type StorageClass = AsObject<models.V1StorageClass>;
export type VolumeAttachment = AsObject<models.V1VolumeAttachment>;
export type CSIDriver = AsObject<models.V1CSIDriver>;
export type CSINode = AsObject<models.V1CSINode>;
export type CSIStorageCapacity = AsObject<models.V1CSIStorageCapacity>;
export type VolumeAttributesClass = AsObject<models.V1VolumeAttributesClass>;
export type EndpointSlice = AsObject<models.V1EndpointSlice>;
export type FlowSchema = AsObject<models.V1FlowSchema>;
export type PriorityLevelConfiguration = AsObject<models.V1PriorityLevelConfiguration>;
export type DeviceClass = AsObject<models.V1DeviceClass>;
export type ResourceClaim = AsObject<models.ResourceV1ResourceClaim>;
export type ResourceClaimTemplate = AsObject<models.V1ResourceClaimTemplate>;
export type ResourceSlice = AsObject<models.V1ResourceSlice>;
export type DeviceTaintRule = AsObject<models.V1beta2DeviceTaintRule>;
export type StorageVersionMigration = AsObject<models.V1beta1StorageVersionMigration>;
export type PodCertificateRequest = AsObject<models.V1beta1PodCertificateRequest>;
export type Lease = AsObject<models.V1Lease>;
export type CertificateSigningRequest = AsObject<models.V1CertificateSigningRequest>;
export type Role = AsObject<models.V1Role>;
export type ClusterRole = AsObject<models.V1ClusterRole>;
export type RoleBinding = AsObject<models.V1RoleBinding>;
export type ClusterRoleBinding = AsObject<models.V1ClusterRoleBinding>;
export type PolicyRule = Wire<models.V1PolicyRule>;
export type RbacSubject = Wire<models.RbacV1Subject>;
export type ValidatingAdmissionPolicy = AsObject<models.V1ValidatingAdmissionPolicy>;
export type ValidatingAdmissionPolicyBinding = AsObject<models.V1ValidatingAdmissionPolicyBinding>;
export type MutatingAdmissionPolicy = AsObject<models.V1MutatingAdmissionPolicy>;
export type MutatingAdmissionPolicyBinding = AsObject<models.V1MutatingAdmissionPolicyBinding>;
export type MatchResources = Wire<models.V1MatchResources>;
export type ParamKind = Wire<models.V1ParamKind>;
export type ParamRef = Wire<models.V1ParamRef>;
export type APIService = AsObject<models.V1APIService>;
export type MutatingWebhook = Wire<models.V1MutatingWebhook>;
export type TokenReview = AsObject<models.V1TokenReview>;
export type SubjectAccessReview = AsObject<models.V1SubjectAccessReview>;
export type LocalSubjectAccessReview = AsObject<models.V1LocalSubjectAccessReview>;
export type SelfSubjectAccessReview = AsObject<models.V1SelfSubjectAccessReview>;
export type SelfSubjectRulesReview = AsObject<models.V1SelfSubjectRulesReview>;
export type AccessReviewResource = Wire<models.V1ResourceAttributes>;
export type Binding = AsObject<models.V1Binding>;
export type Scale = AsObject<models.V1Scale>;

/**
 * Where an object lives in the store.
 * `resource` is the plural with its group, as RBAC and `kubectl api-resources` write it: `pods`, `deployments.apps`.
 * `namespace` is the empty string for cluster-scoped objects.
 */
export interface ObjectKey {
  resource: string;
  namespace: string;
  name: string;
}
