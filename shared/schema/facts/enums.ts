/**
 * Go's named string types and the fields that hold one. The name appears in the error for a value that is no string.
 * Where the values are a closed set they are published in OpenAPI; what enforces them is the validation of each kind.
 */
export interface EnumFact {
  /** In Go: `v1.PullPolicy`. */
  goType: string;
  /** Empty: any string. */
  values: readonly string[];
  /** `V1Container.imagePullPolicy`; for a list the items are meant. */
  fields: readonly string[];
}

export const enums: readonly EnumFact[] = [
  {
    goType: 'v1.AppArmorProfileType',
    values: ['Localhost', 'RuntimeDefault', 'Unconfined'],
    fields: ['V1AppArmorProfile.type'],
  },
  {
    goType: 'v1.AzureDataDiskCachingMode',
    values: ['None', 'ReadOnly', 'ReadWrite'],
    fields: ['V1AzureDiskVolumeSource.cachingMode'],
  },
  {
    goType: 'v1.AzureDataDiskKind',
    values: ['Dedicated', 'Managed', 'Shared'],
    fields: ['V1AzureDiskVolumeSource.kind'],
  },
  {
    goType: 'v1.ContainerRestartPolicy',
    values: ['Always', 'Never', 'OnFailure'],
    fields: ['V1Container.restartPolicy', 'V1EphemeralContainer.restartPolicy'],
  },
  {
    goType: 'v1.ContainerRestartRuleOnExitCodesOperator',
    values: ['In', 'NotIn'],
    fields: ['V1ContainerRestartRuleOnExitCodes.operator'],
  },
  {
    goType: 'v1.DNSPolicy',
    values: ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
    fields: ['V1PodSpec.dnsPolicy'],
  },
  {
    goType: 'v1.FailurePolicyType',
    values: [],
    fields: ['V1MutatingWebhook.failurePolicy', 'V1ValidatingWebhook.failurePolicy'],
  },
  {
    goType: 'v1.HostPathType',
    values: ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'],
    fields: ['V1HostPathVolumeSource.type'],
  },
  { goType: 'v1.IPFamily', values: ['', 'IPv4', 'IPv6'], fields: ['V1ServiceSpec.ipFamilies'] },
  {
    goType: 'v1.IPFamilyPolicy',
    values: ['PreferDualStack', 'RequireDualStack', 'SingleStack'],
    fields: ['V1ServiceSpec.ipFamilyPolicy'],
  },
  {
    goType: 'v1.LabelSelectorOperator',
    values: ['DoesNotExist', 'Exists', 'In', 'NotIn'],
    fields: ['V1LabelSelectorRequirement.operator'],
  },
  { goType: 'v1.LimitType', values: [], fields: ['V1LimitRangeItem.type'] },
  {
    goType: 'v1.MatchPolicyType',
    values: [],
    fields: ['V1MutatingWebhook.matchPolicy', 'V1ValidatingWebhook.matchPolicy'],
  },
  {
    goType: 'v1.MountPropagationMode',
    values: ['Bidirectional', 'HostToContainer', 'None'],
    fields: ['V1VolumeMount.mountPropagation'],
  },
  { goType: 'v1.NamespacePhase', values: ['Active', 'Terminating'], fields: ['V1NamespaceStatus.phase'] },
  {
    goType: 'v1.NodeInclusionPolicy',
    values: ['Honor', 'Ignore'],
    fields: ['V1TopologySpreadConstraint.nodeAffinityPolicy', 'V1TopologySpreadConstraint.nodeTaintsPolicy'],
  },
  { goType: 'v1.NodePhase', values: ['Pending', 'Running', 'Terminated'], fields: ['V1NodeStatus.phase'] },
  {
    goType: 'v1.NodeSelectorOperator',
    values: ['DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn'],
    fields: ['V1NodeSelectorRequirement.operator'],
  },
  { goType: 'v1.OSName', values: [], fields: ['V1PodOS.name'] },
  {
    goType: 'v1.OperationType',
    values: [],
    fields: ['V1RuleWithOperations.operations'],
  },
  {
    goType: 'v1.PersistentVolumeAccessMode',
    values: ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'],
    fields: [
      'V1PersistentVolumeClaimSpec.accessModes',
      'V1PersistentVolumeClaimStatus.accessModes',
      'V1PersistentVolumeSpec.accessModes',
    ],
  },
  {
    goType: 'v1.PersistentVolumeMode',
    values: ['Block', 'Filesystem'],
    fields: ['V1PersistentVolumeClaimSpec.volumeMode', 'V1PersistentVolumeSpec.volumeMode'],
  },
  {
    goType: 'v1.PersistentVolumeClaimPhase',
    values: ['Bound', 'Lost', 'Pending'],
    fields: ['V1PersistentVolumeClaimStatus.phase'],
  },
  {
    goType: 'v1.PersistentVolumePhase',
    values: ['Available', 'Bound', 'Failed', 'Pending', 'Released'],
    fields: ['V1PersistentVolumeStatus.phase'],
  },
  {
    goType: 'v1.PersistentVolumeReclaimPolicy',
    values: ['Delete', 'Recycle', 'Retain'],
    fields: ['V1PersistentVolumeSpec.persistentVolumeReclaimPolicy'],
  },
  {
    goType: 'v1.PodFSGroupChangePolicy',
    values: ['Always', 'OnRootMismatch'],
    fields: ['V1PodSecurityContext.fsGroupChangePolicy'],
  },
  {
    goType: 'v1.PodPhase',
    values: ['Failed', 'Pending', 'Running', 'Succeeded', 'Unknown'],
    fields: ['V1PodStatus.phase'],
  },
  { goType: 'v1.PodQOSClass', values: ['BestEffort', 'Burstable', 'Guaranteed'], fields: ['V1PodStatus.qosClass'] },
  { goType: 'v1.PodSELinuxChangePolicy', values: [], fields: ['V1PodSecurityContext.seLinuxChangePolicy'] },
  {
    goType: 'v1.PreemptionPolicy',
    values: ['Never', 'PreemptLowerPriority'],
    fields: ['V1PodSpec.preemptionPolicy', 'V1PriorityClass.preemptionPolicy'],
  },
  { goType: 'v1.ProcMountType', values: ['Default', 'Unmasked'], fields: ['V1SecurityContext.procMount'] },
  {
    goType: 'v1.Protocol',
    values: ['SCTP', 'TCP', 'UDP'],
    fields: [
      'CoreV1EndpointPort.protocol',
      'V1ContainerPort.protocol',
      'V1PortStatus.protocol',
      'V1ServicePort.protocol',
    ],
  },
  {
    goType: 'v1.PullPolicy',
    values: ['Always', 'IfNotPresent', 'Never'],
    fields: ['V1Container.imagePullPolicy', 'V1EphemeralContainer.imagePullPolicy', 'V1ImageVolumeSource.pullPolicy'],
  },
  { goType: 'v1.ResourceResizeRestartPolicy', values: [], fields: ['V1ContainerResizePolicy.restartPolicy'] },
  {
    goType: 'v1.ResourceQuotaScope',
    values: [
      'BestEffort',
      'CrossNamespacePodAffinity',
      'NotBestEffort',
      'NotTerminating',
      'PriorityClass',
      'Terminating',
      'VolumeAttributesClass',
    ],
    fields: ['V1ResourceQuotaSpec.scopes', 'V1ScopedResourceSelectorRequirement.scopeName'],
  },
  { goType: 'v1.RestartPolicy', values: ['Always', 'Never', 'OnFailure'], fields: ['V1PodSpec.restartPolicy'] },
  {
    goType: 'v1.ReinvocationPolicyType',
    values: [],
    fields: ['V1MutatingWebhook.reinvocationPolicy'],
  },
  {
    goType: 'v1.ScopeType',
    values: [],
    fields: ['V1RuleWithOperations.scope'],
  },
  {
    goType: 'v1.ScopeSelectorOperator',
    values: ['DoesNotExist', 'Exists', 'In', 'NotIn'],
    fields: ['V1ScopedResourceSelectorRequirement.operator'],
  },
  {
    goType: 'v1.SeccompProfileType',
    values: ['Localhost', 'RuntimeDefault', 'Unconfined'],
    fields: ['V1SeccompProfile.type'],
  },
  { goType: 'v1.SecretType', values: [], fields: ['V1Secret.type'] },
  { goType: 'v1.ServiceAffinity', values: ['ClientIP', 'None'], fields: ['V1ServiceSpec.sessionAffinity'] },
  {
    goType: 'v1.ServiceExternalTrafficPolicy',
    values: ['Cluster', 'Local'],
    fields: ['V1ServiceSpec.externalTrafficPolicy'],
  },
  {
    goType: 'v1.ServiceInternalTrafficPolicy',
    values: ['Cluster', 'Local'],
    fields: ['V1ServiceSpec.internalTrafficPolicy'],
  },
  {
    goType: 'v1.ServiceType',
    values: ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'],
    fields: ['V1ServiceSpec.type'],
  },
  { goType: 'v1.StorageMedium', values: [], fields: ['V1EmptyDirVolumeSource.medium'] },
  {
    goType: 'v1.SideEffectClass',
    values: [],
    fields: ['V1MutatingWebhook.sideEffects', 'V1ValidatingWebhook.sideEffects'],
  },
  {
    goType: 'v1.SupplementalGroupsPolicy',
    values: ['Merge', 'Strict'],
    fields: ['V1PodSecurityContext.supplementalGroupsPolicy'],
  },
  {
    goType: 'v1.TaintEffect',
    values: ['NoExecute', 'NoSchedule', 'PreferNoSchedule'],
    fields: ['V1Taint.effect', 'V1Toleration.effect'],
  },
  {
    goType: 'v1.TerminationMessagePolicy',
    values: ['FallbackToLogsOnError', 'File'],
    fields: ['V1Container.terminationMessagePolicy', 'V1EphemeralContainer.terminationMessagePolicy'],
  },
  { goType: 'v1.TolerationOperator', values: ['Equal', 'Exists', 'Gt', 'Lt'], fields: ['V1Toleration.operator'] },
  {
    goType: 'v1.UnsatisfiableConstraintAction',
    values: ['DoNotSchedule', 'ScheduleAnyway'],
    fields: ['V1TopologySpreadConstraint.whenUnsatisfiable'],
  },
  { goType: 'v1.URIScheme', values: ['HTTP', 'HTTPS'], fields: ['V1HTTPGetAction.scheme'] },
  {
    goType: 'types.UID',
    values: [],
    fields: ['V1ObjectMeta.uid', 'V1OwnerReference.uid', 'V1ObjectReference.uid', 'V1Preconditions.uid'],
  },
  {
    goType: 'v1.ConditionStatus',
    values: [],
    fields: [
      'V1NamespaceCondition.status',
      'V1NodeCondition.status',
      'V1PersistentVolumeClaimCondition.status',
      'V1PodCondition.status',
      'V1ReplicationControllerCondition.status',
    ],
  },
  {
    goType: 'v1.CompletionMode',
    values: ['Indexed', 'NonIndexed'],
    fields: ['V1JobSpec.completionMode'],
  },
  {
    goType: 'v1.ConcurrencyPolicy',
    values: ['Allow', 'Forbid', 'Replace'],
    fields: ['V1CronJobSpec.concurrencyPolicy'],
  },
  {
    goType: 'v1.PodFailurePolicyAction',
    values: ['Count', 'FailIndex', 'FailJob', 'Ignore'],
    fields: ['V1PodFailurePolicyRule.action'],
  },
  {
    goType: 'v1.PodFailurePolicyOnExitCodesOperator',
    values: ['In', 'NotIn'],
    fields: ['V1PodFailurePolicyOnExitCodesRequirement.operator'],
  },
  {
    goType: 'v1.PodReplacementPolicy',
    values: ['Failed', 'TerminatingOrFailed'],
    fields: ['V1JobSpec.podReplacementPolicy'],
  },
  {
    goType: 'v1.UnhealthyPodEvictionPolicyType',
    values: ['AlwaysAllow', 'IfHealthyBudget'],
    fields: ['V1PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy'],
  },
];
