import { jsonEqual } from '../../shared/api/json.ts';
import type { Node } from '../../shared/api/object.ts';
import { kubernetesVersion } from '../../shared/api/version.ts';
import type { Clock } from '../clock.ts';
import { type Log, textOf } from '../log.ts';
import type { NodeResources } from '../pods/resources.ts';
import type { ContainerRuntime, RuntimeInfo } from '../runtime/container-runtime.ts';
import { allocatableMemoryKiB, type Disk, type Machine, nodeObject, nodeStatus } from './node-object.ts';

export interface NodeReporterDeps {
  clock: Clock;
  log: Log;
  nodeName: string;
  nodeIP: string;
  machine: Machine;
  runtime: ContainerRuntime;
  disk(): Promise<Disk>;
  report(status: Record<string, unknown>): void;
  /** About the Node. */
  event(event: { type: 'Normal' | 'Warning'; reason: string; message: string }): void;
}

export interface NodeReporter {
  start(): Promise<void>;
  /** The Node with which this machine says hello. */
  object(): Node;
  resources(): NodeResources;
  engine(state: { up: true } | { up: false; message: string }): Promise<void>;
  network(state: { ready: boolean; message: string }): void;
  diskWritten(outcome: { ok: true } | { ok: false; full: boolean }): void;
  stop(): void;
}

const diskCheckMs = 10_000;
/** The kubelet's `nodefs.available<10%` and `nodefs.inodesFree<5%`. */
const leastAvailable = 0.1;
const leastInodes = 0.05;

/** The state of this node, told to the control plane when it changes and only then. */
export function createNodeReporter(deps: NodeReporterDeps): NodeReporter {
  const { clock, log, machine } = deps;
  let runtime: RuntimeInfo | undefined;
  let disk: Disk = { totalBytes: 0, availableBytes: 0 };
  let engineProblem = 'container runtime is down';
  let networkProblem = 'container runtime network not ready';
  let writeFailed = false;
  let status: NonNullable<Node['status']> | undefined;
  let underPressure = false;
  let started = false;
  let cancelCheck = () => {};

  function facts() {
    return {
      name: deps.nodeName,
      nodeIP: deps.nodeIP,
      kubeletVersion: `${kubernetesVersion}+fairlead`,
      machine,
      runtime,
      disk,
      notReady: engineProblem || networkProblem,
      diskPressure: writeFailed || isScarce(disk),
    };
  }

  function notePressure(): void {
    const pressure = facts().diskPressure;
    if (pressure === underPressure) return;
    underPressure = pressure;
    const { totalBytes, availableBytes } = disk;
    const values = { totalBytes, availableBytes, full: writeFailed };
    if (pressure)
      log.error(values, 'the disk of the data directory is full or nearly so: no new Pods until there is space');
    else log.info(values, 'the disk of the data directory has space again');
    const reason = pressure ? 'NodeHasDiskPressure' : 'NodeHasNoDiskPressure';
    deps.event({ type: 'Normal', reason, message: `Node ${deps.nodeName} status is now: ${reason}` });
  }

  function update(): void {
    notePressure();
    const next = nodeStatus(facts(), { before: status?.conditions ?? [], now: clock.now() });
    if (!started || (status && jsonEqual(status, next))) return;
    status = next;
    deps.report(next as Record<string, unknown>);
  }

  async function checkDisk(): Promise<void> {
    try {
      // Free space moves all the time; only the size and the verdict are told.
      disk = await deps.disk();
    } catch (error) {
      log.warn({ error: textOf(error) }, 'the free space of the data directory is unknown');
    }
    update();
    cancelCheck();
    if (started) cancelCheck = clock.after(diskCheckMs, () => void checkDisk());
  }

  async function askEngine(): Promise<void> {
    try {
      runtime = await deps.runtime.info();
      engineProblem = '';
    } catch (error) {
      log.warn({ error: textOf(error) }, 'the container engine does not answer');
      engineProblem = 'container runtime is down';
    }
  }

  return {
    async start() {
      started = true;
      await Promise.all([checkDisk(), askEngine()]);
      update();
    },
    object() {
      const current = nodeStatus(facts(), { before: status?.conditions ?? [], now: clock.now() });
      status = current;
      return nodeObject(facts(), current);
    },
    resources() {
      const { cpus, memoryBytes } = runtime ?? machine;
      return { cpuMillis: cpus * 1000, memoryBytes, allocatableMemoryBytes: allocatableMemoryKiB(memoryBytes) * 1024 };
    },
    async engine(state) {
      if (state.up) await askEngine();
      else engineProblem = 'container runtime is down';
      update();
    },
    network({ ready, message }) {
      networkProblem = ready ? '' : message;
      update();
    },
    diskWritten(outcome) {
      const full = !outcome.ok && outcome.full;
      if (full === writeFailed) return;
      writeFailed = full;
      update();
    },
    stop() {
      started = false;
      cancelCheck();
    },
  };
}

function isScarce({ totalBytes, availableBytes, totalInodes = 0, freeInodes = 0 }: Disk): boolean {
  return availableBytes < totalBytes * leastAvailable || freeInodes < totalInodes * leastInodes;
}
