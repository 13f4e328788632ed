import { Buffer } from 'node:buffer';
import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { forbidden, invalid } from '../../../shared/api/errors.ts';
import { invalidField } from '../../../shared/api/field-errors.ts';
import { jsonEqual } from '../../../shared/api/json.ts';
import type { PodCertificateRequest } from '../../../shared/api/object.ts';
import { readBareRequest } from '../../../shared/certificates/certificate-request.ts';
import type { Authorizer } from '../auth/authorize.ts';
import { signatureFault } from '../auth/certificates/signature.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

const group = 'certificates.k8s.io';
const plural = 'podcertificaterequests';
const resources = [`${plural}.${group}`];
const curves = ['prime256v1', 'secp384r1', 'secp521r1'];
const modulusBits = [3072, 4096];

/** A Pod's node asks with proof of the key, and only who may sign for a signer answers in its name. */
export function createPodCertificateChecks(authorizer: Authorizer): readonly AdmissionPlugin[] {
  const maySign = ({ user }: AdmissionRequest, signerName: string): boolean =>
    [signerName, `${signerName.split('/')[0]}/*`].some(
      (name) =>
        authorizer.authorize(user, { verb: 'sign', group, resource: 'signers', subresource: '', namespace: '', name })
          .allowed,
    );
  return [
    {
      name: 'PodCertificateRequestProof',
      operations: ['CREATE'],
      resources,
      validate(request) {
        const { spec, metadata } = request.object as PodCertificateRequest;
        const fault = faultOf(spec);
        if (!fault) return;
        const subject = { group, kind: request.kind.kind, resource: plural, name: metadata.name };
        throw invalid(subject, [invalidField(`spec.${fault.field}`, fault.detail)]);
      },
    },
    {
      name: 'PodCertificateRequestSigning',
      operations: ['UPDATE'],
      resources,
      subresources: ['status'],
      validate(request) {
        if (request.subresource !== 'status') return;
        const [old, object] = [request.old, request.object] as PodCertificateRequest[];
        const signerName = old?.spec.signerName ?? '';
        if (jsonEqual(old?.status ?? {}, object?.status ?? {}) || maySign(request, signerName)) return;
        const why = `User ${JSON.stringify(request.user.name)} is not permitted to "sign" for signer ${JSON.stringify(signerName)}`;
        throw forbidden({ group, resource: plural, name: request.name }, why);
      },
    },
  ];
}

interface Fault {
  field: string;
  detail: string;
}

function faultOf({ stubPKCS10Request, pkixPublicKey, proofOfPossession, podUID }: PodCertificateRequest['spec']) {
  if (stubPKCS10Request) return stubFault(stubPKCS10Request);
  return keyFault(pkixPublicKey ?? '', proofOfPossession ?? '', podUID);
}

function stubFault(base64: string): Fault | undefined {
  const field = 'stubPKCS10Request';
  const request = attempt(() => readBareRequest(base64));
  const key = request && attempt(() => publicKeyOf(request.publicKey));
  if (!request || !key) return { field, detail: 'must be a valid PKCS#10 CSR' };
  const unusable = unusableKey(key);
  if (unusable) return { field, detail: unusable };
  return signatureFault(request) ? { field, detail: 'invalid signature' } : undefined;
}

/** The proof is a signature of the Pod's uid. */
function keyFault(base64: string, proof: string, podUID: string): Fault | undefined {
  const field = 'pkixPublicKey';
  const key = attempt(() => publicKeyOf(Buffer.from(base64, 'base64')));
  if (!key) return { field, detail: 'must be a valid PKIX-serialized public key' };
  const unusable = unusableKey(key);
  if (unusable) return { field, detail: unusable };
  const isRSA = key.asymmetricKeyType === 'rsa';
  const signed = Buffer.from(podUID);
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
  const isGood = attempt(() =>
    verify(
      key.asymmetricKeyType === 'ed25519' ? null : 'sha256',
      signed,
      isRSA ? { key, ...padding } : key,
      Buffer.from(proof, 'base64'),
    ),
  );
  if (isGood) return undefined;
  return { field: 'proofOfPossession', detail: 'could not verify proof-of-possession signature' };
}

function publicKeyOf(der: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
}

function unusableKey({ asymmetricKeyType, asymmetricKeyDetails: details = {} }: KeyObject): string | undefined {
  if (asymmetricKeyType === 'ed25519') return undefined;
  if (asymmetricKeyType === 'ec') {
    return curves.includes(details.namedCurve ?? '')
      ? undefined
      : 'elliptic public keys must use curve P256, P384, or P521';
  }
  if (asymmetricKeyType === 'rsa') {
    return modulusBits.includes(details.modulusLength ?? 0)
      ? undefined
      : 'RSA keys must have modulus size 3072 or 4096';
  }
  return 'unknown public key type; supported types are Ed25519, ECDSA, and RSA';
}

/** The library names what it cannot read by errors of many kinds; all of them come from what the client sent. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
