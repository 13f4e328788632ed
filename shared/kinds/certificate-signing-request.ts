import type { CertificateSigningRequest } from '../api/object.ts';
import { summary } from './certificate-signing-request/conditions.ts';
import { keepRequest, prepareRequest, prepareRequestStatus } from './certificate-signing-request/prepare.ts';
import { validateRequest, validateRequestStatus } from './certificate-signing-request/validate.ts';
import { defineKind } from './define-kind.ts';
import { humanDuration } from './printing/age.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { fieldDescriptions } from './printing/descriptions.generated.ts';

export default defineKind<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  singular: 'certificatesigningrequest',
  shortNames: ['csr'],
  scope: 'Cluster',
  schema: 'V1CertificateSigningRequest',
  nameFormat: 'path-segment',
  subresources: {
    status: true,
    others: { approval: { kind: 'CertificateSigningRequest', verbs: ['get', 'patch', 'update'] } },
  },
  strategy: {
    prepareForCreate: prepareRequest,
    prepareForUpdate: keepRequest,
    prepareForStatusUpdate: prepareRequestStatus,
    validate: validateRequest,
    validateStatusUpdate: validateRequestStatus,
  },
  columns: [
    nameColumn(),
    ageColumn(),
    {
      name: 'SignerName',
      type: 'string',
      description: fieldDescriptions['V1CertificateSigningRequestSpec.signerName'],
      cell: ({ spec }) => spec?.signerName || '<none>',
    },
    {
      name: 'Requestor',
      type: 'string',
      description: fieldDescriptions['V1CertificateSigningRequestSpec.request'],
      cell: ({ spec }) => spec?.username ?? '',
    },
    {
      name: 'RequestedDuration',
      type: 'string',
      description: fieldDescriptions['V1CertificateSigningRequestSpec.expirationSeconds'],
      cell: ({ spec }) => {
        const seconds = spec?.expirationSeconds;
        return seconds === undefined ? '<none>' : humanDuration(seconds * 1000);
      },
    },
    {
      name: 'Condition',
      type: 'string',
      description: fieldDescriptions['V1CertificateSigningRequestStatus.conditions'],
      cell: summary,
    },
  ],
  selectableFields: { 'spec.signerName': ({ spec }) => spec?.signerName ?? '' },
});
