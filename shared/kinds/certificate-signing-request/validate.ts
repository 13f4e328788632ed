import type { FieldError } from '../../api/errors.ts';
import { duplicate, forbidden, invalidField, invalidValue, notSupported, required } from '../../api/field-errors.ts';
import { jsonEqual } from '../../api/json.ts';
import type { CertificateSigningRequest } from '../../api/object.ts';
import { readCertificateRequest } from '../../certificates/certificate-request.ts';
import { DerError, derChildren, derTags, expectDer, readDer } from '../../certificates/der.ts';
import { readPem, textOfBytes } from '../../certificates/pem.ts';
import { conditionsOf, decisions } from './conditions.ts';
import { validateSignerName } from './signer-name.ts';
import { signers } from './signers.ts';
import { usages as knownUsages } from './usages.ts';

const shortestSeconds = 600;
const conditionsPath = 'status.conditions';
/** These say something by being there. */
const onlyTrue: readonly string[] = [...decisions, 'Failed'];

export function validateRequest(request: CertificateSigningRequest): FieldError[] {
  const { signerName = '', usages = [], expirationSeconds } = request.spec ?? {};
  const errors = validateContent(request);
  if (usages.length === 0) errors.push(required('spec.usages'));
  usages.forEach((usage, index) => {
    const path = `spec.usages[${index}]`;
    if (!knownUsages.includes(usage)) errors.push(notSupported(path, usage, knownUsages));
  });
  usages.forEach((usage, index) => {
    if (usages.indexOf(usage) < index) errors.push(duplicate(`spec.usages[${index}]`, usage));
  });
  if (signerName === signers.legacyUnknown) {
    const detail = 'the legacy signerName is not allowed via this API version';
    errors.push(invalidValue('spec.signerName', signerName, detail));
  } else errors.push(...validateSignerName('spec.signerName', signerName));
  if (expirationSeconds !== undefined && expirationSeconds < shortestSeconds) {
    const detail = 'may not specify a duration less than 600 seconds (10 minutes)';
    errors.push(invalidValue('spec.expirationSeconds', expirationSeconds, detail));
  }
  return [...errors, ...validateConditions(request), ...validateCertificate(request)];
}

function validateContent({ spec }: CertificateSigningRequest): FieldError[] {
  try {
    readCertificateRequest(spec?.request ?? '');
    return [];
  } catch (error) {
    if (error instanceof DerError) return [invalidField('spec.request', error.message)];
    throw error;
  }
}

function validateConditions(request: CertificateSigningRequest): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  conditionsOf(request).forEach(({ type, status }, index) => {
    const path = `${conditionsPath}[${index}]`;
    const allowed = onlyTrue.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (!type) errors.push(required(`${path}.type`));
    if (!status) errors.push(required(`${path}.status`));
    else if (!allowed.includes(status)) errors.push(notSupported(`${path}.status`, status, allowed));
    if ((type === 'Approved' && seen.has('Denied')) || (type === 'Denied' && seen.has('Approved'))) {
      errors.push(invalidValue(conditionsPath, type, 'Approved and Denied conditions are mutually exclusive'));
    }
    if (seen.has(type)) errors.push(duplicate(`${path}.type`, type));
    seen.add(type);
  });
  return errors;
}

function validateCertificate({ status }: CertificateSigningRequest): FieldError[] {
  if (!status?.certificate) return [];
  const refuse = (detail: string) => [invalidValue('status.certificate', '<certificate data>', detail)];
  const blocks = readPem(textOfBytes(status.certificate) ?? '');
  if (blocks.length === 0) return refuse('must contain at least one CERTIFICATE PEM block');
  for (const { label, hasHeaders, bytes } of blocks) {
    if (label !== 'CERTIFICATE') {
      return refuse(`only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(label)}`);
    }
    if (hasHeaders) return refuse('no PEM block headers are permitted');
    try {
      const [content, algorithm] = derChildren(expectDer(readDer(bytes), derTags.sequence));
      expectDer(content, derTags.sequence);
      expectDer(algorithm, derTags.sequence);
    } catch (error) {
      if (error instanceof DerError) return refuse(`x509: malformed certificate: ${error.message}`);
      throw error;
    }
  }
  return [];
}

export function validateRequestStatus(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  subresource = 'status',
): FieldError[] {
  return [
    ...validateRequest(request),
    ...onlyTrue.flatMap((type) => validateKept(request, old, { type, mayDecide: subresource === 'approval' })),
    ...validateIssued(request, old, { mayIssue: subresource !== 'approval' }),
  ];
}

function validateKept(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  { type, mayDecide }: { type: string; mayDecide: boolean },
): FieldError[] {
  const [before, after] = [conditionsOf(old, type), conditionsOf(request, type)];
  const refuse = (verb: string) => [forbidden(conditionsPath, `updates may not ${verb} a condition of type "${type}"`)];
  if (after.length < before.length) return refuse('remove');
  if (mayDecide || type === 'Failed') return [];
  if (after.length > before.length) return refuse('add');
  return jsonEqual(before, after) ? [] : refuse('modify');
}

function validateIssued(
  { status }: CertificateSigningRequest,
  old: CertificateSigningRequest,
  { mayIssue }: { mayIssue: boolean },
): FieldError[] {
  const [before, after] = [old.status?.certificate ?? '', status?.certificate ?? ''];
  if (before === after) return [];
  if (!mayIssue) return [forbidden('status.certificate', 'updates may not set certificate content')];
  return before ? [forbidden('status.certificate', 'updates may not modify existing certificate content')] : [];
}
