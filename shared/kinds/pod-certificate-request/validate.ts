import type { FieldError } from '../../api/errors.ts';
import { invalidField, invalidValue, invalidValues, notSupported, required, tooLong } from '../../api/field-errors.ts';
import { byteLength } from '../../api/go-format.ts';
import { jsonEqual } from '../../api/json.ts';
import type { PodCertificateRequest } from '../../api/object.ts';
import {
  checkDNS1123Subdomain,
  checkQualifiedName,
  validateConditions,
  validateImmutableField,
} from '../../api/validation.ts';
import { validateSignerName } from '../certificate-signing-request/signer-name.ts';

/** How a request ends; it ends once. */
const outcomes = ['Issued', 'Denied', 'Failed'];
const maximumUIDLength = 128;
const maximumBytes = 10 * 1024;
const hour = 3600;
const day = 24 * hour;

export function validatePodCertificateRequest({ spec }: PodCertificateRequest): FieldError[] {
  const { signerName = '', podName, serviceAccountName, nodeName, podUID, serviceAccountUID, nodeUID } = spec;
  const errors = validateSignerName('spec.signerName', signerName);
  for (const key of Object.keys(spec.unverifiedUserAnnotations ?? {})) {
    errors.push(...invalidValues('spec.unverifiedUserAnnotations', key, checkQualifiedName(key.toLowerCase())));
  }
  for (const [field, name = ''] of Object.entries({ podName, serviceAccountName, nodeName })) {
    errors.push(...invalidValues(`spec.${field}`, name, checkDNS1123Subdomain(name)));
  }
  for (const [field, uid = ''] of Object.entries({ podUID, serviceAccountUID, nodeUID })) {
    if (uid === '') errors.push(invalidValue(`spec.${field}`, uid, 'must not be empty'));
    if (byteLength(uid) > maximumUIDLength) errors.push(tooLong(`spec.${field}`, maximumUIDLength));
  }
  return [...errors, ...validateLifetime(spec.maxExpirationSeconds ?? 0, signerName), ...validateKey(spec)];
}

function validateLifetime(seconds: number, signerName: string): FieldError[] {
  const domain = signerName.split('/')[0] ?? '';
  const isOwn = domain === 'kubernetes.io' || domain.endsWith('.kubernetes.io');
  const longest = isOwn ? day : 91 * day;
  if (seconds >= hour && seconds <= longest) return [];
  return [invalidValue('spec.maxExpirationSeconds', seconds, `must be in the range [${hour}, ${longest}]`)];
}

/** The key comes in a request that is signed with it, or by itself with a signature. */
function validateKey({ stubPKCS10Request, pkixPublicKey, proofOfPossession }: PodCertificateRequest['spec']) {
  const fields = { stubPKCS10Request, pkixPublicKey, proofOfPossession };
  const errors = Object.entries(fields).flatMap(([field, base64]) =>
    ((base64?.length ?? 0) * 3) / 4 > maximumBytes ? [tooLong(`spec.${field}`, maximumBytes)] : [],
  );
  const isStub = stubPKCS10Request && !pkixPublicKey && !proofOfPossession;
  const isBare = !stubPKCS10Request && pkixPublicKey && proofOfPossession;
  if (isStub || isBare) return errors;
  const detail = 'exactly one of (stubPKCS10Request) or (pkixPublicKey, proofOfPossession) must be set';
  return [...errors, invalidField('spec', detail)];
}

export function validatePodCertificateRequestUpdate(next: PodCertificateRequest, old: PodCertificateRequest) {
  return validateImmutableField(next.spec, old.spec, 'spec');
}

export function outcomeOf({ status }: PodCertificateRequest): string | undefined {
  return status?.conditions?.find(({ type, status: is }) => is === 'True' && outcomes.includes(type))?.type;
}

export function validatePodCertificateRequestStatus(
  next: PodCertificateRequest,
  old: PodCertificateRequest,
): FieldError[] {
  const conditions = next.status?.conditions ?? [];
  const errors = conditions.flatMap(({ type, status }, index) => {
    const path = `status.conditions[${index}]`;
    if (!outcomes.includes(type)) return [notSupported(`${path}.type`, type, outcomes)];
    const detail = 'There may be at most one condition with type "Issued", "Denied", or "Failed"';
    return [
      ...(index > 0 ? [invalidValue(`${path}.type`, type, detail)] : []),
      ...(status === 'True' ? [] : [notSupported(`${path}.status`, status, ['True'])]),
    ];
  });
  errors.push(...validateConditions(conditions, 'status.conditions'));
  if (errors.length > 0) return errors;
  const isSame = jsonEqual(next.status ?? {}, old.status ?? {});
  if (outcomeOf(old)) {
    const detail = 'immutable after PodCertificateRequest is issued, denied, or failed';
    return isSame ? [] : [invalidField('status', detail)];
  }
  const outcome = outcomeOf(next);
  if (outcome === 'Denied' || outcome === 'Failed') {
    const { conditions: _, ...rest } = next.status ?? {};
    const detail = 'non-condition status fields must be empty when denying or failing the PodCertificateRequest';
    return Object.keys(rest).length === 0 ? [] : [invalidField('status', detail)];
  }
  if (outcome) return validateIssued(next.status ?? {});
  if (isSame) return [];
  return [invalidField('status', 'status is immutable unless transitioning to "Issued", "Denied", or "Failed"')];
}

const refreshMargin = 10 * 60_000;

/** Whoever uses the certificate has to know when to ask for the next. */
function validateIssued(status: NonNullable<PodCertificateRequest['status']>): FieldError[] {
  const { certificateChain, notBefore, notAfter, beginRefreshAt } = status;
  const errors: FieldError[] = [];
  if (!certificateChain?.includes('-----BEGIN CERTIFICATE-----')) {
    const detail = 'issued certificate chain must contain at least one certificate';
    errors.push(invalidValue('status.certificateChain', certificateChain ?? '', detail));
  }
  const consistent = 'must be present and consistent with the issued certificate';
  if (!notBefore) errors.push(required('status.notBefore', consistent));
  if (!notAfter) errors.push(required('status.notAfter', consistent));
  const path = 'status.beginRefreshAt';
  if (!beginRefreshAt) {
    errors.push(required(path, 'must be present and in the range [notbefore+10min, notafter-10min]'));
  }
  if (!notBefore || !notAfter || !beginRefreshAt) return errors;
  const refresh = Date.parse(beginRefreshAt);
  if (refresh < Date.parse(notBefore) + refreshMargin) {
    errors.push(invalidValue(path, beginRefreshAt, 'must be at least 10 minutes after status.notBefore'));
  }
  if (refresh > Date.parse(notAfter) - refreshMargin) {
    errors.push(invalidValue(path, beginRefreshAt, 'must be at least 10 minutes before status.notAfter'));
  }
  return errors;
}
