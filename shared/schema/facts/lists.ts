import type { FieldFacts, ListFact } from './facts.ts';

/** A list of objects that both kinds of merge identify by key; strategic merge patch knows only the first. */
function merged(...keys: [string, ...string[]]): ListFact {
  return { ...keyed(...keys), patchStrategy: ['merge'], patchMergeKey: keys[0] };
}

/** As `merged`, where a patched item loses the fields that the patch does not name: one union member replaces another. */
function retaining(key: string): ListFact {
  return { ...keyed(key), patchStrategy: ['merge', 'retainKeys'], patchMergeKey: key };
}

/** Keyed for server-side apply only; strategic merge patch replaces the list. */
function keyed(...keys: string[]): ListFact {
  return { listType: 'map', listMapKeys: keys };
}

const set: ListFact = { listType: 'set' };
const mergedSet: ListFact = { listType: 'set', patchStrategy: ['merge'] };

const container = {
  env: merged('name'),
  ports: merged('containerPort', 'protocol'),
  volumeDevices: merged('devicePath'),
  volumeMounts: merged('mountPath'),
};

export const lists: FieldFacts<ListFact> = {
  V1APIServiceStatus: { conditions: merged('type') },
  V1AllocatedDeviceStatus: { conditions: keyed('type') },
  V1CSIDriverSpec: { volumeLifecycleModes: set },
  V1CSINodeSpec: { drivers: merged('name') },
  V1CertificateSigningRequestStatus: { conditions: keyed('type') },
  V1ComponentStatus: { conditions: merged('type') },
  V1Container: container,
  V1ContainerRestartRuleOnExitCodes: { values: set },
  V1ContainerStatus: { allocatedResourcesStatus: merged('name'), volumeMounts: merged('mountPath') },
  V1CustomResourceDefinitionStatus: { conditions: keyed('type') },
  V1DaemonSetStatus: { conditions: merged('type') },
  V1DeploymentSpec: { strategy: { patchStrategy: ['retainKeys'] } },
  V1DeploymentStatus: { conditions: merged('type') },
  V1Endpoint: { addresses: set },
  V1EphemeralContainer: container,
  V1FlowSchemaStatus: { conditions: merged('type') },
  V1JSONSchemaProps: { 'x-kubernetes-validations': merged('rule') },
  V1MutatingAdmissionPolicySpec: { matchConditions: merged('name') },
  V1MutatingWebhook: { matchConditions: merged('name') },
  V1MutatingWebhookConfiguration: { webhooks: merged('name') },
  V1JobStatus: { conditions: { patchStrategy: ['merge'], patchMergeKey: 'type' } },
  V1NamespaceStatus: { conditions: merged('type') },
  V1NodeAllocatableResourceClaimStatus: { containers: set },
  V1NodeSpec: { podCIDRs: mergedSet },
  V1NodeStatus: { addresses: merged('type'), conditions: merged('type') },
  V1NonResourcePolicyRule: { nonResourceURLs: set, verbs: set },
  V1ObjectMeta: { finalizers: mergedSet, ownerReferences: merged('uid') },
  V1PersistentVolumeClaimStatus: { conditions: merged('type') },
  V1PodDisruptionBudgetSpec: { selector: { patchStrategy: ['replace'] } },
  V1PodDisruptionBudgetStatus: { conditions: merged('type') },
  V1PodFailurePolicyOnExitCodesRequirement: { values: set },
  V1PodSpec: {
    containers: merged('name'),
    ephemeralContainers: merged('name'),
    hostAliases: merged('ip'),
    imagePullSecrets: merged('name'),
    initContainers: merged('name'),
    resourceClaims: retaining('name'),
    schedulingGates: merged('name'),
    topologySpreadConstraints: merged('topologyKey', 'whenUnsatisfiable'),
    volumes: retaining('name'),
  },
  V1PodStatus: {
    conditions: merged('type'),
    hostIPs: { patchStrategy: ['merge'], patchMergeKey: 'ip' },
    podIPs: merged('ip'),
    resourceClaimStatuses: retaining('name'),
  },
  V1PriorityLevelConfigurationStatus: { conditions: merged('type') },
  V1ReplicaSetStatus: { conditions: merged('type') },
  V1ReplicationControllerStatus: { conditions: merged('type') },
  V1ResourceClaimStatus: { devices: keyed('driver', 'device', 'pool', 'shareID'), reservedFor: merged('uid') },
  V1ResourcePolicyRule: { apiGroups: set, namespaces: set, resources: set, verbs: set },
  V1ResourceRequirements: { claims: keyed('name') },
  V1ResourceStatus: { resources: keyed('resourceID') },
  V1ServiceAccount: { secrets: merged('name') },
  V1ServiceCIDRStatus: { conditions: merged('type') },
  V1ServiceSpec: { ports: merged('port', 'protocol') },
  V1ServiceStatus: { conditions: merged('type') },
  V1StatefulSetStatus: { conditions: merged('type') },
  V1beta1PodCertificateRequestStatus: { conditions: merged('type') },
  V1beta1StorageVersionMigrationStatus: { conditions: merged('type') },
  V1beta2DeviceTaintRuleStatus: { conditions: merged('type') },
  V1ValidatingAdmissionPolicyBindingSpec: { validationActions: set },
  V1ValidatingAdmissionPolicySpec: { matchConditions: merged('name'), variables: merged('name') },
  V1ValidatingAdmissionPolicyStatus: { conditions: keyed('type') },
  V1ValidatingWebhook: { matchConditions: merged('name') },
  V1ValidatingWebhookConfiguration: { webhooks: merged('name') },
  V1UncountedTerminatedPods: { failed: set, succeeded: set },
  V2HorizontalPodAutoscalerStatus: { conditions: merged('type') },
};
