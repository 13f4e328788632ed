import { generateKeyPairSync, sign } from 'node:crypto';
import { apiOperations } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';

conforms('PodCertificateRequest API operations', async (t) => {
  const podUID = '6b1a3c5e-0000-4000-8000-000000000001';
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spec = {
    signerName: `example.com/${t.namespace}`,
    podName: 'a-pod',
    podUID,
    serviceAccountName: 'default',
    serviceAccountUID: 'an-account',
    nodeName: 'a-node',
    nodeUID: 'node',
    pkixPublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    proofOfPossession: sign(null, Buffer.from(podUID), privateKey).toString('base64'),
  };
  const denied = {
    conditions: [
      {
        type: 'Denied',
        status: 'True',
        reason: 'Test',
        message: 'by a test',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  };
  await apiOperations(t, {
    kind: kinds.podCertificateRequest,
    draft: () => ({ spec: { stubPKCS10Request: '', ...spec } }),
    // What has been decided stays: the second write says the same.
    statuses: [denied, denied],
  });
});
