import type { CertificateSigningRequest } from '../../shared/api/object.ts';
import { readCertificateRequest } from '../../shared/certificates/certificate-request.ts';
import { bytesOfText, textOfBytes } from '../../shared/certificates/pem.ts';
import { hasCondition } from '../../shared/kinds/certificate-signing-request/conditions.ts';
import { requirements } from './certificates/requirements.ts';
import { defineController } from './runtime/controller.ts';
import { timestamp, writeAll } from './runtime/write.ts';

const resource = 'certificatesigningrequests.certificates.k8s.io';

/** Signs what is approved, for the signers that the cluster has of its own. */
export default defineController({
  name: 'csrsigning',
  watches: [{ resource, toKeys: ({ type, object }) => (type === 'DELETED' ? [] : [object.metadata.name ?? '']) }],
  async reconcile(name, { client, clock }) {
    const found = await client.get<CertificateSigningRequest>({ resource, namespace: '', name });
    const isDue = found && hasCondition(found, 'Approved') && !hasCondition(found, 'Denied');
    if (!isDue || hasCondition(found, 'Failed') || found.status?.certificate) return undefined;
    const { signerName, request, usages = [], expirationSeconds } = found.spec;
    const faultOf = Object.hasOwn(requirements, signerName) ? requirements[signerName] : undefined;
    if (!faultOf) return undefined;
    const write = async (status: NonNullable<CertificateSigningRequest['status']>) => {
      const object = { ...found, status: { ...found.status, ...status } };
      const operation = { verb: 'update', resource, object, subresource: 'status' } as const;
      // Changed meanwhile: the change brings the request here again.
      await writeAll(client, [operation], { ignore: ['Conflict', 'NotFound'] });
    };
    const fault = faultOf(readCertificateRequest(request), usages);
    if (fault) {
      const reason = 'SignerValidationFailure';
      const lastUpdateTime = timestamp(clock.now());
      const failed = { type: 'Failed', status: 'True', reason, message: fault, lastUpdateTime };
      await write({ conditions: [...(found.status?.conditions ?? []), failed] as never });
      return undefined;
    }
    const certificate = await client.sign({
      type: 'certificate',
      request: textOfBytes(request) ?? '',
      usages,
      ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
    });
    await write({ certificate: bytesOfText(certificate) });
    return undefined;
  },
});
