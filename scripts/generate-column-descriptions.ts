/**
 * Writes `shared/kinds/printing/descriptions.generated.ts`: the descriptions of the fields behind table columns, as
 * the declarations of `@kubernetes/client-node` carry them. Run with `node scripts/generate-column-descriptions.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** The fields that columns show, as `Model.field`. */
const described = [
  'V1ObjectMeta.name',
  'V1ObjectMeta.creationTimestamp',
  'V1ConfigMap.data',
  'V1Endpoints.subsets',
  'CoreV1Event.type',
  'CoreV1Event.reason',
  'CoreV1Event.message',
  'CoreV1Event.firstTimestamp',
  'CoreV1Event.lastTimestamp',
  'CoreV1Event.count',
  'V1ObjectReference.fieldPath',
  'V1NodeStatus.addresses',
  'V1NodeSystemInfo.kubeletVersion',
  'V1NodeSystemInfo.osImage',
  'V1NodeSystemInfo.kernelVersion',
  'V1NodeSystemInfo.containerRuntimeVersion',
  'V1PersistentVolumeSpec.capacity',
  'V1PersistentVolumeSpec.accessModes',
  'V1PersistentVolumeSpec.persistentVolumeReclaimPolicy',
  'V1PersistentVolumeSpec.volumeMode',
  'V1PersistentVolumeStatus.phase',
  'V1PersistentVolumeStatus.reason',
  'V1PersistentVolumeClaimStatus.phase',
  'V1PersistentVolumeClaimStatus.capacity',
  'V1PersistentVolumeClaimStatus.accessModes',
  'V1PersistentVolumeClaimSpec.volumeName',
  'V1PersistentVolumeClaimSpec.volumeMode',
  'V1PodSpec.nodeName',
  'V1PodSpec.readinessGates',
  'V1PodStatus.podIP',
  'V1PodStatus.nominatedNodeName',
  'V1ReplicationControllerSpec.replicas',
  'V1ReplicationControllerSpec.selector',
  'V1ReplicationControllerStatus.replicas',
  'V1ReplicationControllerStatus.readyReplicas',
  'V1ReplicaSetSpec.replicas',
  'V1ReplicaSetStatus.replicas',
  'V1ReplicaSetStatus.readyReplicas',
  'V1ControllerRevision.revision',
  'V1DaemonSetStatus.desiredNumberScheduled',
  'V1DaemonSetStatus.currentNumberScheduled',
  'V1DaemonSetStatus.numberReady',
  'V1DaemonSetStatus.updatedNumberScheduled',
  'V1DaemonSetStatus.numberAvailable',
  'V1PodSpec.nodeSelector',
  'V1DeploymentStatus.updatedReplicas',
  'V1DeploymentStatus.availableReplicas',
  'V1ServiceCIDRSpec.cidrs',
  'V1StorageClass.provisioner',
  'V1StorageClass.reclaimPolicy',
  'V1StorageClass.volumeBindingMode',
  'V1StorageClass.allowVolumeExpansion',
  'V1VolumeAttachmentSpec.attacher',
  'V1VolumeAttachmentSpec.nodeName',
  'V1VolumeAttachmentSource.persistentVolumeName',
  'V1VolumeAttachmentStatus.attached',
  'V1CSIDriverSpec.attachRequired',
  'V1CSIDriverSpec.podInfoOnMount',
  'V1CSIDriverSpec.storageCapacity',
  'V1CSIDriverSpec.tokenRequests',
  'V1CSIDriverSpec.requiresRepublish',
  'V1CSIDriverSpec.volumeLifecycleModes',
  'V1CSIStorageCapacity.storageClassName',
  'V1CSIStorageCapacity.capacity',
  'V1VolumeAttributesClass.driverName',
  'V1EndpointSlice.addressType',
  'V1EndpointSlice.ports',
  'V1EndpointSlice.endpoints',
  'V1PriorityLevelConfigurationReference.name',
  'V1FlowSchemaSpec.matchingPrecedence',
  'V1PriorityLevelConfigurationSpec.type',
  'V1LimitedPriorityLevelConfiguration.nominalConcurrencyShares',
  'V1QueuingConfiguration.queues',
  'V1QueuingConfiguration.handSize',
  'V1QueuingConfiguration.queueLengthLimit',
  'V1ResourceSliceSpec.nodeName',
  'V1ResourceSliceSpec.driver',
  'V1ResourcePool.name',
  'V1beta1PodCertificateRequestSpec.podName',
  'V1beta1PodCertificateRequestSpec.serviceAccountName',
  'V1beta1PodCertificateRequestSpec.nodeName',
  'V1beta1PodCertificateRequestSpec.signerName',
  'V1beta1PodCertificateRequestSpec.unverifiedUserAnnotations',
  'V1PriorityClass.value',
  'V1PriorityClass.globalDefault',
  'V1PriorityClass.preemptionPolicy',
  'V1LeaseSpec.holderIdentity',
  'V1JobStatus.succeeded',
  'V1CronJobSpec.schedule',
  'V1CronJobSpec.timeZone',
  'V1CronJobSpec.suspend',
  'V1CronJobStatus.active',
  'V1CronJobStatus.lastScheduleTime',
  'V2HorizontalPodAutoscalerSpec.metrics',
  'V2HorizontalPodAutoscalerSpec.minReplicas',
  'V2HorizontalPodAutoscalerSpec.maxReplicas',
  'V2HorizontalPodAutoscalerStatus.currentReplicas',
  'V1CertificateSigningRequestSpec.signerName',
  'V1CertificateSigningRequestSpec.request',
  'V1CertificateSigningRequestSpec.expirationSeconds',
  'V1CertificateSigningRequestStatus.conditions',
  'V1Secret.type',
  'V1Secret.data',
  'V1ServiceAccount.secrets',
  'V1ServiceSpec.type',
  'V1ServiceSpec.clusterIP',
  'V1ServiceSpec.externalIPs',
  'V1ServiceSpec.ports',
  'V1ServiceSpec.selector',
];

const models = new URL('../node_modules/@kubernetes/client-node/dist/gen/models/', import.meta.url);
export const descriptionsFile = new URL('../shared/kinds/printing/descriptions.generated.ts', import.meta.url);

/** The doc comment before a field; the package joins paragraphs with two spaces and escapes quotes. */
function descriptionOf(reference: string): string {
  const [model, field] = reference.split('.');
  const declarations = readFileSync(new URL(`${model}.d.ts`, models), 'utf8');
  const match = new RegExp(`/\\*\\*\\s*\\n\\s*\\* ([^\\n]*)\\n\\s*\\*/\\s*\\n\\s*'${field}'\\??:`).exec(declarations);
  if (!match?.[1]) throw new Error(`no description of ${reference} in ${models.pathname}`);
  const text = match[1].replaceAll('\\"', '"').replaceAll("\\'", "'").trim();
  return text.replace('UTC.  Populated', 'UTC.\n\nPopulated');
}

/** The text of the generated module. */
export function renderColumnDescriptions(): string {
  const lines = described.map(
    (reference) => `  ${JSON.stringify(reference)}:\n    ${JSON.stringify(descriptionOf(reference))},`,
  );
  return [
    '// Written by scripts/generate-column-descriptions.ts. Do not edit.',
    'export const fieldDescriptions = {',
    ...lines,
    '} as const satisfies Record<string, string>;',
    '',
  ].join('\n');
}

if (import.meta.main) writeFileSync(descriptionsFile, renderColumnDescriptions());
