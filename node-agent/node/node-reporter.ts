import { jsonEqual } from '../../shared/api/json.ts';
import type { Node } from '../../shared/api/object.ts';
import { kubernetesVersion } from '../../shared/api/version.ts';
import type { Clock } from '../clock.ts';
import { type Log, textOf } from '../log.ts';
import type { NodeResources } from '../pods/resources.ts';
import type { ContainerRuntime, RuntimeInfo } from '../runtime/container-runtime.ts';
import { type Disk, type Machine, nodeObject, nodeStatus } from './node-object.ts';

export interface NodeReporterDeps {
  clock: Clock;
  log: Log;
  nodeName: string;
  nodeIP: string;
  machine: Machine;
  runtime: ContainerRuntime;
  disk(): Promise<Disk>;
  report(status: Record<string, unknown>): void;
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
/** Less than this, or than a twentieth of a small disk, is too little for another Pod. */
const scarceBytes = 256 * 2 ** 20;
const scarceShare = 0.05;

/** The state of this node, told to the control plane when it changes and only then. */
export function createNodeReporter(deps: NodeReporterDeps): NodeReporter {
  const { clock, log, machine } = deps;
  let runtime: RuntimeInfo | undefined;
  let disk: Disk = { totalBytes: 0, availableBytes: 0 };
  let engineProblem = 'container runtime is down';
  let networkProblem = 'container runtime network not ready';
  let writeFailed = false;
  let status: NonNullable<Node['status']> | undefined;
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
      diskPressure: writeFailed || disk.availableBytes < Math.min(scarceBytes, disk.totalBytes * scarceShare),
    };
  }

  function update(): void {
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
    resources: () => ({
      cpuMillis: (runtime?.cpus ?? machine.cpus) * 1000,
      memoryBytes: runtime?.memoryBytes ?? machine.memoryBytes,
    }),
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
