import type { CertificateRequest } from '../../../shared/certificates/certificate-request.ts';
import { signers } from '../../../shared/kinds/certificate-signing-request/signers.ts';

const nodePrefix = 'system:node:';
const nodesGroup = 'system:nodes';

/** What the signer of nodes' client certificates wants of a request: the first thing that is wrong, in Kubernetes' words. */
export function nodeClientFault(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { names, commonName } = request;
  if (!isOfNodes(request)) return 'subject organization is not system:nodes';
  if (names.dns.length > 0) return 'DNS subjectAltNames are not allowed';
  if (names.emails.length > 0) return 'Email subjectAltNames are not allowed';
  if (names.ips.length > 0) return 'IP subjectAltNames are not allowed';
  if (names.uris.length > 0) return 'URI subjectAltNames are not allowed';
  if (!commonName.startsWith(nodePrefix)) return 'subject common name does not begin with system:node:';
  return usagesFault(usages, 'client auth');
}

function nodeServingFault(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { names, commonName } = request;
  if (!isOfNodes(request)) return 'subject organization is not system:nodes';
  if (names.dns.length + names.ips.length === 0) return 'DNS or IP subjectAltName is required';
  if (names.emails.length > 0) return 'Email subjectAltNames are not allowed';
  if (names.uris.length > 0) return 'URI subjectAltNames are not allowed';
  return usagesFault(usages, 'server auth') ?? (commonName.startsWith(nodePrefix) ? undefined : notNodeName);
}

const notNodeName = 'subject common name does not begin with system:node:';

function isOfNodes({ organizations }: CertificateRequest): boolean {
  return organizations.length === 1 && organizations[0] === nodesGroup;
}

/** Keys that are not RSA need no encipherment. */
function usagesFault(usages: readonly string[], purpose: string): string | undefined {
  const required =
    purpose === 'client auth'
      ? [purpose, 'digital signature', 'key encipherment']
      : ['digital signature', 'key encipherment', purpose];
  const withoutEncipherment = required.filter((usage) => usage !== 'key encipherment');
  const isSet = (wanted: readonly string[]) =>
    usages.length === wanted.length && wanted.every((usage) => usages.includes(usage));
  return isSet(required) || isSet(withoutEncipherment) ? undefined : `usages did not match [${required.join(' ')}]`;
}

function apiServerClientFault(_request: CertificateRequest, usages: readonly string[]): string | undefined {
  const allowed = ['digital signature', 'key encipherment', 'client auth'];
  const other = usages.find((usage) => !allowed.includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

/** By signer: what is wrong with a request that it is to sign. Others are not this cluster's to sign. */
export const requirements: Readonly<
  Record<string, (request: CertificateRequest, usages: readonly string[]) => string | undefined>
> = {
  [signers.apiServerClient]: apiServerClientFault,
  [signers.nodeClient]: nodeClientFault,
  [signers.nodeServing]: nodeServingFault,
};
