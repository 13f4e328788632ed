import type { Node, NodeCondition } from '../../shared/api/object.ts';
import { nodeFeatures } from '../../shared/protocol/messages.ts';
import { timestamp } from '../clock.ts';
import type { RuntimeInfo } from '../runtime/container-runtime.ts';

/** The machine, apart from what the container engine says of it. */
export interface Machine {
  machineID: string;
  bootID: string;
  systemUUID: string;
  /** `PRETTY_NAME` of the system. */
  osImage: string;
  kernelVersion: string;
  /** Go's name: `amd64`, `arm64`. */
  architecture: string;
  cpus: number;
  memoryBytes: number;
}

export interface Disk {
  totalBytes: number;
  availableBytes: number;
  /** Absent or 0 for a file system that has no fixed number of them. */
  totalInodes?: number;
  freeInodes?: number;
}

export interface NodeFacts {
  name: string;
  nodeIP: string;
  kubeletVersion: string;
  machine: Machine;
  /** The last that the engine said; undefined before it answered for the first time. */
  runtime: RuntimeInfo | undefined;
  disk: Disk;
  /** Why the node cannot run Pods; empty when it can. */
  notReady: string;
  diskPressure: boolean;
}

export const maximumPods = 110;
/** What the kubelet keeps back: memory for its eviction threshold, a tenth of the disk. */
const reservedMemoryBytes = 100 * 2 ** 20;
const allocatableDisk = 0.9;

/** What of the memory is for Pods, in KiB. */
export function allocatableMemoryKiB(memoryBytes: number): number {
  return Math.floor((memoryBytes - reservedMemoryBytes) / 1024);
}

type Status = NonNullable<Node['status']>;

/** `status` of this node, as the kubelet writes it. `before` are its conditions so far. */
export function nodeStatus(facts: NodeFacts, { before, now }: { before: NodeCondition[]; now: number }): Status {
  const { machine, runtime, disk } = facts;
  const common = {
    cpu: String(runtime?.cpus ?? machine.cpus),
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    pods: String(maximumPods),
  };
  const memoryBytes = runtime?.memoryBytes ?? machine.memoryBytes;
  return {
    capacity: {
      ...common,
      'ephemeral-storage': `${Math.floor(disk.totalBytes / 1024)}Ki`,
      memory: `${Math.floor(memoryBytes / 1024)}Ki`,
    },
    allocatable: {
      ...common,
      'ephemeral-storage': String(Math.floor(disk.totalBytes * allocatableDisk)),
      memory: `${allocatableMemoryKiB(memoryBytes)}Ki`,
    },
    addresses: [
      { type: 'InternalIP', address: facts.nodeIP },
      { type: 'Hostname', address: facts.name },
    ],
    conditions: nodeConditions(facts, { before, now }),
    daemonEndpoints: { kubeletEndpoint: { Port: 0 } } as unknown as NonNullable<Status['daemonEndpoints']>,
    declaredFeatures: [nodeFeatures.outsideCalls],
    nodeInfo: {
      machineID: machine.machineID,
      systemUUID: machine.systemUUID,
      bootID: machine.bootID,
      kernelVersion: machine.kernelVersion,
      osImage: machine.osImage,
      containerRuntimeVersion: runtime ? `${runtime.name}://${runtime.version}` : 'Unknown',
      kubeletVersion: facts.kubeletVersion,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: machine.architecture,
    },
  };
}

function nodeConditions(facts: NodeFacts, { before, now }: { before: NodeCondition[]; now: number }): NodeCondition[] {
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string): NodeCondition => {
    const previous = before.find((other) => other.type === type);
    const unchanged = previous?.status === status;
    const same = unchanged && previous.reason === reason && previous.message === message;
    return {
      type,
      status,
      // The connection is the heartbeat: this time moves only with the condition itself.
      lastHeartbeatTime: (same && previous.lastHeartbeatTime) || timestamp(now),
      lastTransitionTime: (unchanged && previous.lastTransitionTime) || timestamp(now),
      reason,
      message,
    };
  };
  return [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    facts.diskPressure
      ? condition('DiskPressure', 'True', 'KubeletHasDiskPressure', 'kubelet has disk pressure')
      : condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    facts.notReady
      ? condition('Ready', 'False', 'KubeletNotReady', facts.notReady)
      : condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}

/** The Node with which this machine registers. */
export function nodeObject(facts: NodeFacts, status: Status): Node {
  const { architecture } = facts.machine;
  const labels = {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': facts.name,
    'kubernetes.io/os': 'linux',
  };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: facts.name, labels }, spec: {}, status };
}
