import type { PodCertificateRequest } from '../api/object.ts';
import { defineKind, type TableColumn } from './define-kind.ts';
import {
  outcomeOf,
  validatePodCertificateRequest,
  validatePodCertificateRequestStatus,
  validatePodCertificateRequestUpdate,
} from './pod-certificate-request/validate.ts';
import { formatLabels, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';

function specColumn(
  name: string,
  field: 'podName' | 'serviceAccountName' | 'nodeName' | 'signerName',
): TableColumn<PodCertificateRequest> {
  const description = fieldDescriptions[`V1beta1PodCertificateRequestSpec.${field}`];
  return { name, type: 'string', description, cell: ({ spec }) => spec?.[field] ?? '' };
}

/** In the version that Kubernetes 1.37 made of the last beta, without a change. */
export default defineKind<PodCertificateRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'PodCertificateRequest',
  plural: 'podcertificaterequests',
  singular: 'podcertificaterequest',
  scope: 'Namespaced',
  schema: 'V1beta1PodCertificateRequest',
  requiresResourceVersion: true,
  subresources: { status: true },
  strategy: {
    prepareForCreate(request) {
      request.status = {};
    },
    validate: validatePodCertificateRequest,
    validateUpdate: validatePodCertificateRequestUpdate,
    validateStatusUpdate: validatePodCertificateRequestStatus,
  },
  selectableFields: {
    'spec.signerName': ({ spec }) => spec?.signerName ?? '',
    'spec.podName': ({ spec }) => spec?.podName ?? '',
    'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
  },
  columns: [
    nameColumn(),
    specColumn('PodName', 'podName'),
    specColumn('ServiceAccountName', 'serviceAccountName'),
    specColumn('NodeName', 'nodeName'),
    specColumn('SignerName', 'signerName'),
    {
      name: 'State',
      type: 'string',
      description: 'Is the request Pending, Issued, Denied, or Failed?',
      cell: (request) => outcomeOf(request) ?? 'Pending',
    },
    {
      name: 'UnverifiedUserAnnotations',
      type: 'string',
      description: fieldDescriptions['V1beta1PodCertificateRequestSpec.unverifiedUserAnnotations'],
      cell: ({ spec }) => formatLabels(spec?.unverifiedUserAnnotations),
    },
  ],
});
