import type { CertificateSigningRequest } from '../../shared/api/object.ts';
import { readCertificateRequest } from '../../shared/certificates/certificate-request.ts';
import { hasCondition } from '../../shared/kinds/certificate-signing-request/conditions.ts';
import { signers } from '../../shared/kinds/certificate-signing-request/signers.ts';
import { nodeClientFault } from './certificates/requirements.ts';
import { defineController } from './runtime/controller.ts';
import { writeAll } from './runtime/write.ts';

const group = 'certificates.k8s.io';
const plural = 'certificatesigningrequests';
const resource = `${plural}.${group}`;

/** Approves what nodes ask for as clients of the API, where roles let those who ask approve themselves. */
export default defineController({
  name: 'csrapproving',
  watches: [{ resource, toKeys: ({ type, object }) => (type === 'DELETED' ? [] : [object.metadata.name ?? '']) }],
  async reconcile(name, { client }) {
    const request = await client.get<CertificateSigningRequest>({ resource, namespace: '', name });
    if (!request || request.status?.certificate || !isNodeClient(request)) return undefined;
    if (hasCondition(request, 'Approved') || hasCondition(request, 'Denied')) return undefined;
    const { username = '', uid, groups = [], extra } = request.spec;
    const user = { name: username, groups, ...(uid ? { uid } : {}), ...(extra ? { extra } : {}) };
    for (const { subresource, message, isMeant } of recognized) {
      if (!isMeant(request)) continue;
      const attributes = { verb: 'create', group, resource: plural, subresource, namespace: '', name: '' };
      if (!(await client.isAllowed(user, attributes))) continue;
      const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message };
      const status = { ...request.status, conditions: [...(request.status?.conditions ?? []), approved] };
      const object = { ...request, status };
      const operation = { verb: 'update', resource, object, subresource: 'approval' } as const;
      await writeAll(client, [operation], { ignore: ['Conflict', 'NotFound'] });
      return undefined;
    }
    return undefined;
  },
});

const recognized = [
  {
    subresource: 'selfnodeclient',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
    isMeant: ({ spec }: CertificateSigningRequest) => spec.username === readCertificateRequest(spec.request).commonName,
  },
  {
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
    isMeant: () => true,
  },
];

function isNodeClient({ spec }: CertificateSigningRequest): boolean {
  const { signerName, request, usages = [] } = spec;
  return signerName === signers.nodeClient && nodeClientFault(readCertificateRequest(request), usages) === undefined;
}
