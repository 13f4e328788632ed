import type { Container, Pod } from '../../shared/api/object.ts';
import { parseQuantity } from '../../shared/api/quantity.ts';
import { bytesOf, cpuMillis, type NodeResources } from './resources.ts';

/** What a Pod can learn about itself beyond its own object. */
export interface PodFacts {
  nodeIP: string;
  podIP: string;
  resources: NodeResources;
}

const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/;

/** The value of a downward API `fieldPath`, as a string; undefined for a path that Kubernetes does not offer. */
export function fieldValue(pod: Pod, path: string, facts: PodFacts): string | undefined {
  const match = keyed.exec(path);
  if (match) return pod.metadata[match[1] as 'labels' | 'annotations']?.[match[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name ?? '';
    case 'metadata.namespace':
      return pod.metadata.namespace ?? '';
    case 'metadata.uid':
      return pod.metadata.uid ?? '';
    case 'metadata.labels':
      return formatMap(pod.metadata.labels);
    case 'metadata.annotations':
      return formatMap(pod.metadata.annotations);
    case 'spec.nodeName':
      return pod.spec?.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec?.serviceAccountName ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return facts.nodeIP;
    case 'status.podIP':
    case 'status.podIPs':
      return facts.podIP;
    default:
      return undefined;
  }
}

/** `key="value"` lines in the order of the keys, with Go's quoting, which JSON's equals for what labels hold. */
function formatMap(map: Record<string, string> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

/** The value of a `resourceFieldRef`: in units of its divisor, rounded up; where no limit is set, what the node has for Pods. */
export function resourceFieldValue(
  container: Container,
  { resource, divisor }: { resource: string; divisor?: string },
  { resources: node }: PodFacts,
): string | undefined {
  const [kind, name] = resource.split('.');
  if ((kind !== 'limits' && kind !== 'requests') || !name) return undefined;
  const { limits, requests } = container.resources ?? {};
  const own = kind === 'limits' ? limits : requests;
  const unit = divisor && divisor !== '0' ? Number(parseQuantity(divisor).nano) / 1e9 : 1;
  if (name === 'cpu') {
    const millis = cpuMillis(own) ?? (kind === 'limits' ? node.cpuMillis : (cpuMillis(limits) ?? 0));
    return String(Math.ceil(millis / (unit * 1000)));
  }
  const available = name === 'memory' ? node.allocatableMemoryBytes : 0;
  const bytes = bytesOf(own, name) ?? (kind === 'limits' ? available : (bytesOf(limits, name) ?? 0));
  return String(Math.ceil(bytes / unit));
}
