import { forbidden, invalid } from '../../../shared/api/errors.ts';
import { invalidField } from '../../../shared/api/field-errors.ts';
import { jsonEqual } from '../../../shared/api/json.ts';
import type { CertificateSigningRequest } from '../../../shared/api/object.ts';
import { readCertificateRequest } from '../../../shared/certificates/certificate-request.ts';
import { signers } from '../../../shared/kinds/certificate-signing-request/signers.ts';
import { type Authorizer, adminGroup } from '../auth/authorize.ts';
import { signatureFault } from '../auth/certificates/signature.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

const group = 'certificates.k8s.io';
const plural = 'certificatesigningrequests';
const resources = [`${plural}.${group}`];

/** Who may approve and sign certificates is a matter of the signer, on which roles give the verbs `approve` and `sign`. */
export function createCertificateChecks(authorizer: Authorizer): readonly AdmissionPlugin[] {
  const may = ({ user }: AdmissionRequest, verb: 'approve' | 'sign', signerName: string): boolean =>
    [signerName, `${signerName.split('/')[0]}/*`].some(
      (name) =>
        authorizer.authorize(user, { verb, group, resource: 'signers', subresource: '', namespace: '', name }).allowed,
    );

  return [
    {
      name: 'CertificateApproval',
      operations: ['UPDATE'],
      resources,
      subresources: ['approval'],
      validate(request) {
        if (request.subresource !== 'approval') return;
        const { signerName } = (request.old as CertificateSigningRequest).spec;
        if (may(request, 'approve', signerName)) return;
        throw refusal(request, `user not permitted to approve requests with signerName "${signerName}"`);
      },
    },
    {
      name: 'CertificateSigning',
      operations: ['UPDATE'],
      resources,
      subresources: ['status'],
      validate(request) {
        if (request.subresource !== 'status') return;
        const [old, object] = [request.old, request.object] as CertificateSigningRequest[];
        const [before, after] = [old?.status ?? {}, object?.status ?? {}];
        const isSame = before.certificate === after.certificate && jsonEqual(before.conditions, after.conditions);
        const signerName = old?.spec.signerName ?? '';
        if (isSame || may(request, 'sign', signerName)) return;
        throw refusal(request, `user not permitted to sign requests with signerName "${signerName}"`);
      },
    },
    certificateSignature,
    certificateSubjectRestriction,
  ];
}

/** Whoever asks for a certificate has the key that it is to be for. */
const certificateSignature: AdmissionPlugin = {
  name: 'CertificateRequestSignature',
  operations: ['CREATE'],
  resources,
  validate(request) {
    const { spec, metadata } = request.object as CertificateSigningRequest;
    const fault = signatureFault(readCertificateRequest(spec.request));
    if (!fault) return;
    const subject = { group, kind: request.kind.kind, resource: plural, name: metadata.name };
    throw invalid(subject, [invalidField('spec.request', fault)]);
  },
};

/** Nobody becomes an administrator by a certificate. */
const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  operations: ['CREATE'],
  resources,
  validate(request) {
    const { signerName, request: content } = (request.object as CertificateSigningRequest).spec;
    if (signerName !== signers.apiServerClient) return;
    if (!readCertificateRequest(content).organizations.includes(adminGroup)) return;
    throw refusal(request, `use of ${signerName} signer with ${adminGroup} group is not allowed`);
  },
};

function refusal({ name }: AdmissionRequest, why: string) {
  return forbidden({ group, resource: plural, name }, why);
}
