// Written by scripts/generate-indexes.ts. Do not edit.
import apiServiceAvailability from './api-service-availability.ts';
import bootstrapTokenCleaner from './bootstrap-token-cleaner.ts';
import certificateApprover from './certificate-approver.ts';
import certificateCleaner from './certificate-cleaner.ts';
import certificateSigner from './certificate-signer.ts';
import clusterAuthenticationTrust from './cluster-authentication-trust.ts';
import clusterRoleAggregation from './cluster-role-aggregation.ts';
import cronJob from './cron-job.ts';
import customResourceDefinition from './custom-resource-definition.ts';
import customResourceRegistration from './custom-resource-registration.ts';
import daemonSet from './daemon-set.ts';
import deployment from './deployment.ts';
import disruption from './disruption.ts';
import endpointSlice from './endpoint-slice.ts';
import endpointSliceMirroring from './endpoint-slice-mirroring.ts';
import endpoints from './endpoints.ts';
import flowSchemaStatus from './flow-schema-status.ts';
import garbageCollector from './garbage-collector.ts';
import job from './job.ts';
import jobPodRelease from './job-pod-release.ts';
import namespace from './namespace.ts';
import nodeLifecycle from './node-lifecycle.ts';
import podGc from './pod-gc.ts';
import pvProtection from './pv-protection.ts';
import pvcProtection from './pvc-protection.ts';
import replicaSet from './replica-set.ts';
import replicationController from './replication-controller.ts';
import resourceQuota from './resource-quota.ts';
import rootCaPublisher from './root-ca-publisher.ts';
import serviceAccount from './service-account.ts';
import serviceAccountTokens from './service-account-tokens.ts';
import serviceCidr from './service-cidr.ts';
import statefulSet from './stateful-set.ts';
import taintEviction from './taint-eviction.ts';
import ttlAfterFinished from './ttl-after-finished.ts';
import vacProtection from './vac-protection.ts';
import validatingAdmissionPolicy from './validating-admission-policy.ts';

export const builtInControllers = [
  apiServiceAvailability,
  bootstrapTokenCleaner,
  certificateApprover,
  certificateCleaner,
  certificateSigner,
  clusterAuthenticationTrust,
  clusterRoleAggregation,
  cronJob,
  customResourceDefinition,
  customResourceRegistration,
  daemonSet,
  deployment,
  disruption,
  endpointSlice,
  endpointSliceMirroring,
  endpoints,
  flowSchemaStatus,
  garbageCollector,
  job,
  jobPodRelease,
  namespace,
  nodeLifecycle,
  podGc,
  pvProtection,
  pvcProtection,
  replicaSet,
  replicationController,
  resourceQuota,
  rootCaPublisher,
  serviceAccount,
  serviceAccountTokens,
  serviceCidr,
  statefulSet,
  taintEviction,
  ttlAfterFinished,
  vacProtection,
  validatingAdmissionPolicy,
];
