import { jsonEqual } from '../../../../shared/api/json.ts';
import type { Node } from '../../../../shared/api/object.ts';
import type { AdmissionRequest } from '../admission.ts';
import { refusal } from '../refuse.ts';

type Labels = Readonly<Record<string, string>> | undefined;

/** Labels of Kubernetes' own domains that nodes set themselves. */
const ownLabels = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);
const ownDomains = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
/** Labels by which administrators keep nodes apart. */
const restrictedDomain = 'node-restriction.kubernetes.io';

/** A node writes its own object, and in it nothing that decides which Pods it gets. */
export function restrictNode(node: string, request: AdmissionRequest): void {
  const { operation, name } = request;
  if (name !== node) throw refusal(request, `node "${node}" is not allowed to modify node "${name}"`);
  const [after, before] = [request.object, request.old] as unknown as [Node | undefined, Node | undefined];
  if (!after) return;
  const labels = forbiddenLabels(after.metadata.labels, before?.metadata.labels);
  if (operation === 'CREATE') {
    if (after.spec?.configSource) {
      throw refusal(request, `node "${node}" is not allowed to create pods with a non-nil configSource`);
    }
    if (labels.length === 0) return;
    throw refusal(request, `node "${node}" is not allowed to set the following labels: ${labels.join(', ')}`);
  }
  const source = after.spec?.configSource;
  if (source && !jsonEqual(source, before?.spec?.configSource)) {
    throw refusal(request, `node "${node}" is not allowed to update configSource to a new non-nil configSource`);
  }
  if (!jsonEqual(after.spec?.taints ?? [], before?.spec?.taints ?? [])) {
    throw refusal(request, `node "${node}" is not allowed to modify taints`);
  }
  if (!jsonEqual(after.metadata.ownerReferences ?? [], before?.metadata.ownerReferences ?? [])) {
    throw refusal(request, `node "${node}" is not allowed to modify ownerReferences`);
  }
  if (labels.length > 0) throw refusal(request, `is not allowed to modify labels: ${labels.join(', ')}`);
}

/** Those that differ and are not the node's to decide, sorted. */
export function forbiddenLabels(after: Labels = {}, before: Labels = {}): string[] {
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  return names.filter((name) => after[name] !== before[name] && isForbidden(name)).sort();
}

function isForbidden(label: string): boolean {
  const domain = label.includes('/') ? label.slice(0, label.indexOf('/')) : '';
  if (isWithin(domain, restrictedDomain)) return true;
  const isKubernetes = isWithin(domain, 'kubernetes.io') || isWithin(domain, 'k8s.io');
  return isKubernetes && !ownLabels.has(label) && !ownDomains.some((own) => isWithin(domain, own));
}

function isWithin(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}
