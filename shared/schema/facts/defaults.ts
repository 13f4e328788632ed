import type { DefaultFacts } from './facts.ts';

/**
 * Values that absent fields get, whatever the rest of the object says. Defaults that depend on other fields are in
 * the kinds' own `default`: among them `imagePullPolicy`, `enableServiceLinks` (Pods only, not templates), the
 * `emptyDir` of a volume without source and `internalTrafficPolicy` (not for ExternalName).
 *
 * An empty struct stands for a field that Go writes even when nothing is in it. Every `metadata` is one; the registry
 * says so.
 */
const container = {
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
};

const azureDisk = { cachingMode: 'ReadWrite', fsType: 'ext4', kind: 'Shared', readOnly: false };
const iscsi = { iscsiInterface: 'default' };
const rbd = { keyring: '/etc/ceph/keyring', pool: 'rbd', user: 'admin' };
const scaleIO = { fsType: 'xfs', storageMode: 'ThinProvisioned' };
const fileModes = { defaultMode: 0o644 };

export const defaults: DefaultFacts = {
  AuthenticationV1TokenRequest: { spec: {} },
  CoreV1EndpointPort: { protocol: 'TCP' },
  CoreV1Event: { involvedObject: {}, reportingComponent: '', reportingInstance: '', source: {} },
  V1AzureDiskVolumeSource: azureDisk,
  V1ConfigMapVolumeSource: fileModes,
  V1Container: container,
  V1ContainerPort: { protocol: 'TCP' },
  V1ContainerStatus: { image: '', imageID: '', lastState: {}, ready: false, restartCount: 0, state: {} },
  V1Deployment: { spec: {}, status: {} },
  V1DeploymentSpec: { progressDeadlineSeconds: 600, replicas: 1, revisionHistoryLimit: 10, strategy: {}, template: {} },
  V1DeploymentStrategy: { type: 'RollingUpdate' },
  V1DownwardAPIVolumeSource: fileModes,
  V1EphemeralContainer: container,
  V1FileKeySelector: { optional: false },
  V1GRPCAction: { service: '' },
  V1HTTPGetAction: { path: '/', scheme: 'HTTP' },
  V1HostPathVolumeSource: { type: '' },
  V1ISCSIPersistentVolumeSource: iscsi,
  V1ISCSIVolumeSource: iscsi,
  V1LimitRange: { spec: {} },
  V1Namespace: { spec: {}, status: {} },
  V1Node: { spec: {}, status: {} },
  V1NodeDaemonEndpoints: { kubeletEndpoint: {} },
  V1ControllerRevision: { revision: 0 },
  V1DaemonSet: { spec: {}, status: {} },
  V1DaemonSetSpec: { revisionHistoryLimit: 10, template: {}, updateStrategy: {} },
  V1DaemonSetStatus: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  V1DaemonSetUpdateStrategy: { type: 'RollingUpdate' },
  V1DaemonEndpoint: { Port: 0 },
  V1NodeStatus: { daemonEndpoints: {}, nodeInfo: {} },
  V1NodeSystemInfo: {
    architecture: '',
    bootID: '',
    containerRuntimeVersion: '',
    kernelVersion: '',
    kubeProxyVersion: '',
    kubeletVersion: '',
    machineID: '',
    operatingSystem: '',
    osImage: '',
    systemUUID: '',
  },
  V1ObjectFieldSelector: { apiVersion: 'v1' },
  V1PersistentVolumeClaim: { spec: {}, status: {} },
  V1PersistentVolumeClaimSpec: { resources: {}, volumeMode: 'Filesystem' },
  V1PersistentVolumeClaimStatus: { phase: 'Pending' },
  V1PersistentVolumeClaimTemplate: { spec: {} },
  V1Pod: { spec: {}, status: {} },
  V1PodSpec: {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  },
  V1PodTemplateSpec: { spec: {} },
  V1Probe: { failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 },
  V1ProjectedVolumeSource: fileModes,
  V1RBDPersistentVolumeSource: rbd,
  V1RBDVolumeSource: rbd,
  V1ReplicaSet: { spec: {}, status: {} },
  V1ReplicaSetSpec: { replicas: 1, template: {} },
  V1ReplicaSetStatus: { replicas: 0 },
  V1ReplicationController: { spec: {}, status: {} },
  V1ReplicationControllerSpec: { replicas: 1 },
  V1ReplicationControllerStatus: { replicas: 0 },
  V1ResourceFieldSelector: { divisor: '0' },
  V1ResourceQuota: { spec: {}, status: {} },
  V1ScaleIOPersistentVolumeSource: scaleIO,
  V1ScaleIOVolumeSource: scaleIO,
  V1Secret: { type: 'Opaque' },
  V1SecretVolumeSource: fileModes,
  V1Service: { spec: {}, status: {} },
  V1ServiceAccountTokenProjection: { expirationSeconds: 3600 },
  V1ServicePort: { protocol: 'TCP' },
  V1ServiceSpec: { sessionAffinity: 'None', type: 'ClusterIP' },
  V1ServiceStatus: { loadBalancer: {} },
  V1StatefulSet: { spec: {}, status: {} },
  V1StatefulSetOrdinals: { start: 0 },
  V1StatefulSetPersistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  V1StatefulSetSpec: {
    persistentVolumeClaimRetentionPolicy: {},
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
    serviceName: '',
    template: {},
    updateStrategy: {},
  },
  V1StatefulSetStatus: { availableReplicas: 0, replicas: 0 },
  V1TokenRequestSpec: { expirationSeconds: 3600 },
};
