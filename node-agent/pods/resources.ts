import type { Container, Pod } from '../../shared/api/object.ts';
import { parseQuantity, quantityMilliValue, quantityValue } from '../../shared/api/quantity.ts';
import type { ContainerLimits } from '../runtime/container-runtime.ts';
import { qosClass } from './qos.ts';

export type ResourceList = Record<string, string>;

/** What the node has: CPU in thousandths of a core, memory in bytes. */
export interface NodeResources {
  cpuMillis: number;
  memoryBytes: number;
  /** What of it is for Pods. */
  allocatableMemoryBytes: number;
}

export function cpuMillis(resources: ResourceList | undefined): number | undefined {
  const cpu = resources?.cpu;
  return cpu === undefined ? undefined : quantityMilliValue(parseQuantity(cpu));
}

export function bytesOf(resources: ResourceList | undefined, resource: string): number | undefined {
  const amount = resources?.[resource];
  return amount === undefined ? undefined : quantityValue(parseQuantity(amount));
}

const minimumShares = 2;
const maximumShares = 262_144;
/** The kernel takes no smaller quota than a millisecond in each period. */
const minimumQuotaMicros = 1_000;

/** Requests and limits as the engine takes them, with the kubelet's arithmetic. */
export function containerLimits(pod: Pod, container: Container, node: NodeResources): ContainerLimits {
  const requests = container.resources?.requests;
  const limits = container.resources?.limits;
  const cpuLimit = cpuMillis(limits);
  const cpuRequest = cpuMillis(requests) ?? cpuLimit ?? 0;
  const memory = bytesOf(limits, 'memory');
  return {
    cpuShares: Math.min(maximumShares, Math.max(minimumShares, Math.floor((cpuRequest * 1024) / 1000))),
    ...(cpuLimit ? { cpuQuota: Math.max(minimumQuotaMicros, cpuLimit * 100) } : {}),
    ...(memory ? { memoryBytes: memory } : {}),
    oomScoreAdj: oomScoreAdj(pod, bytesOf(requests, 'memory') ?? memory ?? 0, node.memoryBytes),
  };
}

/** Who the kernel kills first when memory runs out: best effort, then whoever asked for little and may use much. */
function oomScoreAdj(pod: Pod, memoryRequest: number, capacity: number): number {
  const qos = qosClass(pod);
  if (qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const score = Math.floor(1000 - (1000 * memoryRequest) / capacity);
  return Math.min(999, Math.max(3, score));
}
