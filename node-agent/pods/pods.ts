import type { Pod, PodStatus } from '../../shared/api/object.ts';
import type { Clock } from '../clock.ts';
import type { Images } from '../images/images.ts';
import { type Log, textOf } from '../log.ts';
import type { Probes } from '../probes/probes.ts';
import { type ContainerRuntime, isRuntimeError } from '../runtime/container-runtime.ts';
import type { Volumes } from '../volumes/volumes.ts';
import type { ClusterView } from './cluster-view.ts';
import type { EventRecorder } from './events.ts';
import { createExecutors } from './executors.ts';
import type { PodFacts } from './field-ref.ts';
import { containerLabels, type PodRef, refOf } from './identity.ts';
import { createObserved } from './observed.ts';
import type { PodFiles } from './pod-files.ts';
import { createPodWorker, type PodWorker } from './pod-worker.ts';
import { createLimit } from './semaphore.ts';

export interface PodsDeps {
  clock: Clock;
  log: Log;
  nodeName: string;
  nodeIP: string;
  runtime: ContainerRuntime;
  runtimeName: string;
  probes: Probes;
  images: Images;
  volumes: Volumes;
  files: PodFiles;
  cluster: ClusterView;
  events: EventRecorder;
  facts(podIP: string): PodFacts;
  sandboxNetwork(): string;
  sandboxStarted(): Promise<void>;
  /** The Pod network is there: before it is, Pods wait. */
  networkReady(): boolean;
  reportStatus(ref: PodRef, status: PodStatus, options: { patienceMs: number }): void;
  /** A status of the Pod is on its way to the API. */
  isReporting(uid: string): boolean;
  reportRemoved(ref: PodRef): void;
  /** The engine came (back), or went. */
  engine(state: { up: true } | { up: false; message: string }): void;
}

export interface Pods {
  start(): void;
  /**
   * The Pods of this node. `complete` when the control plane said so in this life: only then is what is not among them
   * taken down.
   */
  desire(pods: Iterable<Pod>, options: { complete: boolean }): void;
  /** The control plane does not have this Pod, or not as this one. */
  disown(uid: string): void;
  /** ConfigMaps, Secrets or the network changed: volumes follow, and what was put off is tried again. */
  clusterChanged(): void;
  /** What a volume of the Pod holds has to be replaced. */
  volumesDue(uid: string): void;
  /** The last status of a Pod; undefined for one that is not here. */
  status(uid: string): PodStatus | undefined;
  /** All Pods that this node has anything to do with. */
  uids(): string[];
  close(): void;
}

/** The engine saturates at this many starts at a time; more only make each of them slower. */
const startsInFlight = 4;
const relistAfterMs = 1_000;
const fallbackMessageBytes = 2048;
const fallbackMessageLines = 80;

/** All Pods of the node: one worker each, side by side. */
export function createPods(deps: PodsDeps): Pods {
  const { runtime, log } = deps;
  const workers = new Map<string, PodWorker>();
  const observed = createObserved({ runtime, nodeName: deps.nodeName, changed });
  const execute = createExecutors({
    ...deps,
    observed,
    limitStarts: createLimit(startsInFlight),
    removed: (ref) => {
      if (workers.get(ref.uid)?.pod) deps.reportRemoved(ref);
    },
  });
  let engineKnown = false;
  let complete = false;
  let closed = false;
  let watch: { close(): void } | undefined;

  const isPaused = () => !engineKnown || !deps.networkReady();

  function changed(uid: string): void {
    const worker = workers.get(uid);
    if (worker) worker.wake();
    else if (complete) adoptStray(uid);
  }

  /** Containers of a Pod that nobody wants: a worker takes them down. */
  function adoptStray(uid: string): void {
    const { containers, sandboxes } = observed.pod(uid);
    const [any] = [...containers, ...sandboxes];
    if (any && !workers.has(uid)) addWorker(any.pod, undefined);
  }

  function addWorker(ref: PodRef, pod: Pod | undefined): void {
    const worker = createPodWorker(
      {
        ...deps,
        observed: (uid) => observed.pod(uid),
        execute,
        lastWords,
        report: deps.reportStatus,
        gone: (uid) => workers.delete(uid),
      },
      ref,
      pod,
    );
    workers.set(ref.uid, worker);
    worker.wake();
    worker.pause(isPaused());
  }

  async function lastWords(
    pod: Pod,
    { name, id, attempt, failed }: { name: string; id: string; attempt: number; failed: boolean },
  ): Promise<string> {
    const message = await deps.files.terminationMessage({ uid: pod.metadata.uid ?? '', container: name, attempt });
    const specs = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    const policy = specs.find((container) => container.name === name)?.terminationMessagePolicy;
    if (message || !failed || policy !== 'FallbackToLogsOnError') return message;
    const chunks: Uint8Array[] = [];
    const options = {
      follow: false,
      timestamps: false,
      tailLines: fallbackMessageLines,
      signal: new AbortController().signal,
    };
    try {
      for await (const { data } of runtime.logs(id, options)) chunks.push(data);
    } catch (error) {
      log.warn(
        { ...refOf(pod), container: name, error: textOf(error) },
        'the log of an ended container cannot be read',
      );
    }
    return Buffer.concat(chunks).subarray(-fallbackMessageBytes).toString();
  }

  async function connected(): Promise<void> {
    try {
      await observed.relist();
      if (closed) return;
      engineKnown = true;
      deps.engine({ up: true });
      for (const worker of workers.values()) worker.memory.held.clear();
      resume();
      if (complete) for (const uid of observed.uids()) adoptStray(uid);
    } catch (error) {
      log.warn({ error: textOf(error) }, 'the containers of the engine cannot be read');
      // An engine that is away tells when it is back; this one answers, only not well.
      if (!closed && !isRuntimeError(error, 'unavailable')) deps.clock.after(relistAfterMs, () => void connected());
    }
  }

  function resume(): void {
    for (const worker of [...workers.values()]) worker.pause(isPaused());
  }

  /** Of a Pod that is not that far yet, a step of its plan mounts them. */
  function renewVolumes({ pod, memory }: PodWorker): void {
    if (!pod?.spec?.volumes?.length || memory.volumes !== 'mounted') return;
    deps.volumes.mount(pod).catch((error) => {
      deps.events.pod(pod, { type: 'Warning', reason: 'FailedMount', message: textOf(error) });
    });
  }

  return {
    start() {
      watch = runtime.watch({
        labels: { [containerLabels.node]: deps.nodeName },
        connected: () => void connected(),
        disconnected(error) {
          engineKnown = false;
          deps.engine({ up: false, message: error.message });
          resume();
        },
        event(event) {
          observed.event(event).catch((error) => {
            log.warn({ id: event.id, error: textOf(error) }, 'a container cannot be inspected');
          });
        },
      });
    },
    desire(pods, options) {
      complete ||= options.complete;
      const wanted = new Map([...pods].map((pod) => [pod.metadata.uid ?? '', pod]));
      for (const [uid, pod] of wanted) {
        const worker = workers.get(uid);
        if (!worker) addWorker(refOf(pod), pod);
        else if (worker.pod?.metadata.resourceVersion !== pod.metadata.resourceVersion) worker.want(pod);
      }
      if (!options.complete) return;
      for (const [uid, worker] of workers) if (!wanted.has(uid) && worker.pod) worker.want(undefined);
      if (engineKnown) for (const uid of observed.uids()) adoptStray(uid);
    },
    disown(uid) {
      workers.get(uid)?.want(undefined);
    },
    clusterChanged() {
      resume();
      for (const worker of workers.values()) {
        renewVolumes(worker);
        worker.retry();
      }
    },
    volumesDue(uid) {
      const worker = workers.get(uid);
      if (worker) renewVolumes(worker);
    },
    status: (uid) => workers.get(uid)?.memory.status,
    uids: () => [...workers.keys()],
    close() {
      closed = true;
      watch?.close();
      deps.probes.close();
      for (const worker of workers.values()) worker.close();
    },
  };
}
