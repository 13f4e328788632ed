import type { Container, Pod } from '../../shared/api/object.ts';
import type { Clock } from '../clock.ts';
import { pullCredentials } from '../images/credentials.ts';
import type { ImageProblem, Images } from '../images/images.ts';
import { type Log, textOf } from '../log.ts';
import { type ContainerRuntime, type ImageRecord, isRuntimeError } from '../runtime/container-runtime.ts';
import type { Volumes } from '../volumes/volumes.ts';
import { raiseBackOff } from './backoff.ts';
import { type ClusterView, ContainerConfigError } from './cluster-view.ts';
import { containerConfig, sandboxConfig } from './container-config.ts';
import { containerEnvironment } from './env.ts';
import type { EventRecorder } from './events.ts';
import type { PodFacts } from './field-ref.ts';
import type { PodRef } from './identity.ts';
import { signalContainer, startHook, stopContainer } from './lifecycle.ts';
import { forgetContainer, type PodMemory } from './memory.ts';
import { volumeMounts } from './mounts.ts';
import type { Observed } from './observed.ts';
import type { PodFiles } from './pod-files.ts';
import type { Step } from './step.ts';

export interface ExecutorDeps {
  clock: Clock;
  log: Log;
  nodeName: string;
  runtime: ContainerRuntime;
  observed: Observed;
  images: Images;
  volumes: Volumes;
  files: PodFiles;
  cluster: ClusterView;
  events: EventRecorder;
  facts(podIP: string): PodFacts;
  sandboxNetwork(): string;
  /** After each start of a sandbox with a network of its own. */
  sandboxStarted(): Promise<void>;
  /** Runs when the engine has room for another start. */
  limitStarts<T>(start: () => Promise<T>): Promise<T>;
  /** The Pod has nothing left on this node. */
  removed(ref: PodRef): void;
}

export interface StepContext {
  ref: PodRef;
  /** The Pod as it was last wanted; undefined for one that this agent knows by its containers alone. */
  pod: Pod | undefined;
  memory: PodMemory;
  /** Plans again, for what goes on after the step is done. */
  wake(): void;
}

type StepOf<T extends Step['type']> = Extract<Step, { type: T }>;
type Executors = { [T in Step['type']]: (step: StepOf<T>, context: StepContext) => Promise<void> };

/** Does the steps of plans. A step that throws is tried again later; what the Pod's status must say of it is in its memory. */
export function createExecutors(deps: ExecutorDeps): (step: Step, context: StepContext) => Promise<void> {
  const { runtime, observed, volumes, events } = deps;
  const executors: Executors = {
    async mountVolumes(_step, { pod, memory }) {
      const wanted = known(pod);
      try {
        await volumes.mount(wanted);
        memory.volumes = 'mounted';
      } catch (error) {
        events.pod(wanted, { type: 'Warning', reason: 'FailedMount', message: textOf(error) });
        throw error;
      }
    },
    createSandbox: (step, context) => createSandbox(deps, step, context),
    async removeSandbox({ id }) {
      await runtime.remove(id);
      observed.forget(id);
    },
    ensureImage: (step, context) => ensureImage(deps, step, context),
    async noteImageBackOff({ container }, { pod, memory }) {
      const wanted = known(pod);
      const image = memory.images.get(container);
      if (image?.state !== 'failed') return;
      const reference = specOf(wanted, container).image ?? '';
      const message = `Back-off pulling image "${reference}"`;
      const before = memory.problems.get(container);
      memory.images.set(container, { ...image, announced: true });
      memory.problems.set(container, {
        reason: 'ImagePullBackOff',
        message: before ? `${message}: ${before.reason}: ${before.message}` : message,
      });
      events.pod(wanted, { type: 'Normal', reason: 'BackOff', message, container });
      events.pod(wanted, { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff', container });
    },
    async noteCrashLoop({ container, delayMs }, { pod, ref, memory }) {
      const subject = `${ref.name}_${ref.namespace}(${ref.uid})`;
      memory.problems.set(container, {
        reason: 'CrashLoopBackOff',
        message: `back-off ${goSeconds(delayMs)} restarting failed container=${container} pod=${subject}`,
      });
      const message = `Back-off restarting failed container ${container} in pod ${subject}`;
      events.pod(known(pod), { type: 'Warning', reason: 'BackOff', message, container });
    },
    runContainer: (step, context) => runContainer(deps, step, context),
    startContainer: ({ id, container }, context) => startContainer(deps, { id, container }, context),
    stopContainer: (step, context) => stopContainer(deps, step, context),
    signalContainer: (step, context) => signalContainer(deps, step, context),
    async killContainer({ id }, { memory }) {
      const stop = memory.stops.get(id);
      await runtime.signal(id, 'SIGKILL');
      if (stop) stop.killed = true;
    },
    async removeContainer({ id }, { memory }) {
      await runtime.remove(id);
      forgetContainer(memory, id);
      observed.forget(id);
    },
    async unmountVolumes(_step, { ref, memory }) {
      await volumes.unmount(ref.uid);
      memory.volumes = 'unmounted';
    },
    async finish(_step, { ref, memory }) {
      memory.finished = true;
      deps.removed(ref);
    },
  };
  return (step, context) =>
    (executors[step.type] as (step: Step, context: StepContext) => Promise<void>)(step, context);
}

/** Steps that start something are planned only for a Pod that is wanted. */
function known(pod: Pod | undefined): Pod {
  if (!pod) throw new Error('the Pod is not known any more');
  return pod;
}

export function specOf(pod: Pod, name: string): Container {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const found = containers.find((container) => container.name === name);
  if (!found) throw new Error(`the Pod has no container ${name}`);
  return found;
}

/** As Go prints a duration: `10s`, `1m20s`, `5m0s`. */
function goSeconds(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

async function createSandbox(
  deps: ExecutorDeps,
  { attempt }: { attempt: number },
  { pod }: StepContext,
): Promise<void> {
  const { runtime, observed, events } = deps;
  const wanted = known(pod);
  let id: string | undefined;
  try {
    const config = sandboxConfig({ pod: wanted, attempt, node: deps.nodeName, network: deps.sandboxNetwork() });
    const created = await runtime.createSandbox(config);
    id = created;
    await deps.limitStarts(() => observed.starting(created, () => runtime.start(created)));
    // The network finishes its own work beside the Pod's start.
    if (!wanted.spec?.hostNetwork) {
      deps
        .sandboxStarted()
        .catch((error) => deps.log.warn({ error: textOf(error) }, 'the Pod network is not complete'));
    }
    await observed.refresh(created);
  } catch (error) {
    // One that this agent does not know of yet has the name: it is looked at, not doubled.
    if (isRuntimeError(error, 'conflict')) return observed.relist();
    if (!isRuntimeError(error, 'unavailable')) {
      if (id) await runtime.remove(id);
      const message = `Failed to create pod sandbox: rpc error: code = Unknown desc = ${textOf(error)}`;
      events.pod(wanted, { type: 'Warning', reason: 'FailedCreatePodSandBox', message });
    }
    throw error;
  }
}

type ImageStep = StepOf<'ensureImage'>;

async function ensureImage(deps: ExecutorDeps, step: ImageStep, context: StepContext): Promise<void> {
  const { container, attempt } = step;
  const { memory } = context;
  const pod = known(context.pod);
  const { image: reference = '', imagePullPolicy } = specOf(pod, container);
  const checked = await deps.images.check(reference, imagePullPolicy);
  if (checked.outcome === 'failed') return imageFailed(deps, step, context, checked.problem);
  if (checked.outcome === 'present') {
    const message = `Container image "${reference}" already present on machine`;
    deps.events.pod(pod, { type: 'Normal', reason: 'Pulled', message, container });
    memory.images.set(container, { attempt, state: 'present', image: checked.image });
    return;
  }
  const previous = memory.images.get(container);
  memory.images.set(container, { attempt, state: 'pulling' });
  // A pull takes its time; meanwhile the Pod may be deleted, and its other containers go on.
  void pullImage(deps, step, context, previous);
}

async function pullImage(
  deps: ExecutorDeps,
  step: ImageStep,
  context: StepContext,
  previous: ReturnType<PodMemory['images']['get']>,
): Promise<void> {
  const { container, attempt } = step;
  const pod = known(context.pod);
  const reference = specOf(pod, container).image ?? '';
  const startedAt = deps.clock.now();
  deps.events.pod(pod, { type: 'Normal', reason: 'Pulling', message: `Pulling image "${reference}"`, container });
  const result = await deps.images.pull(reference, pullCredentials(pod, reference, deps.cluster));
  if (result.ok) {
    deps.events.pod(pod, {
      type: 'Normal',
      reason: 'Pulled',
      message: pulledMessage(reference, result.image, deps.clock.now() - startedAt),
      container,
    });
    context.memory.images.set(container, { attempt, state: 'present', image: result.image });
  } else {
    if (previous) context.memory.images.set(container, previous);
    imageFailed(deps, step, context, result.problem);
  }
  context.wake();
}

function pulledMessage(reference: string, image: ImageRecord, tookMs: number): string {
  const took = tookMs < 1000 ? `${tookMs}ms` : `${(tookMs / 1000).toFixed(3).replace(/0+$/, '').replace(/\.$/, '')}s`;
  return `Successfully pulled image "${reference}" in ${took} (${took} including waiting). Image size: ${image.sizeBytes} bytes.`;
}

function imageFailed(
  deps: ExecutorDeps,
  { container, attempt }: ImageStep,
  context: StepContext,
  problem: ImageProblem,
): void {
  const { memory } = context;
  const pod = known(context.pod);
  const previous = memory.images.get(container);
  const backOff = raiseBackOff(previous?.state === 'failed' ? previous.backOff : undefined, deps.clock.now());
  const { reason, message, event } = problem;
  // Only a pull has a back-off that Kubernetes gives a name to.
  const announced = reason !== 'ErrImagePull';
  memory.images.set(container, { attempt, state: 'failed', reason, backOff, announced });
  memory.problems.set(container, { reason, message });
  if (event) deps.events.pod(pod, { type: 'Warning', ...event, container });
  deps.events.pod(pod, { type: 'Warning', reason: 'Failed', message: `Error: ${reason}`, container });
}

async function runContainer(deps: ExecutorDeps, step: StepOf<'runContainer'>, context: StepContext): Promise<void> {
  const { container: name, attempt, sandboxId, after } = step;
  const { memory } = context;
  const pod = known(context.pod);
  const container = specOf(pod, name);
  const image = memory.images.get(name);
  if (image?.state !== 'present') return;
  let id: string;
  try {
    const facts = deps.facts(memory.ip ?? '');
    const env = containerEnvironment({ pod, container, cluster: deps.cluster, facts });
    const mounts = [
      ...(await volumeMounts({ container, volumes: deps.volumes.paths(pod), env })),
      ...(await deps.files.mounts({ pod, container, attempt, podIP: memory.ip ?? '' })),
    ];
    const { nodeName: node, cluster } = deps;
    const input = { pod, container, attempt, node, sandboxId, image: image.image, mounts, cluster, facts };
    id = await deps.runtime.createContainer(containerConfig(input));
  } catch (error) {
    if (isRuntimeError(error, 'conflict')) return deps.observed.relist();
    if (!isRuntimeError(error, 'unavailable')) createFailed(deps, { pod, name, error }, memory);
    throw error;
  }
  if (after !== undefined) memory.restarts.set(name, raiseBackOff(memory.restarts.get(name), after));
  deps.events.pod(pod, { type: 'Normal', reason: 'Created', message: `Created container: ${name}`, container: name });
  await startContainer(deps, { id, container: name }, context);
}

function createFailed(
  deps: ExecutorDeps,
  { pod, name, error }: { pod: Pod; name: string; error: unknown },
  memory: PodMemory,
): void {
  const reason = error instanceof ContainerConfigError ? 'CreateContainerConfigError' : 'CreateContainerError';
  const message =
    error instanceof ContainerConfigError ? error.message : `Error response from daemon: ${textOf(error)}`;
  memory.problems.set(name, { reason, message });
  // The image is looked for again: it may be what is missing.
  if (isRuntimeError(error, 'notFound')) memory.images.delete(name);
  deps.events.pod(pod, { type: 'Warning', reason: 'Failed', message: `Error: ${message}`, container: name });
}

async function startContainer(
  deps: ExecutorDeps,
  { id, container }: { id: string; container: string },
  context: StepContext,
): Promise<void> {
  const { runtime, observed, events, limitStarts } = deps;
  const { memory } = context;
  const wanted = known(context.pod);
  try {
    await limitStarts(() => observed.starting(id, () => runtime.start(id)));
  } catch (error) {
    if (!isRuntimeError(error, 'startFailed')) throw error;
    // The container stays, with the engine's reason in it, as a failed attempt.
    memory.problems.set(container, { reason: 'RunContainerError', message: error.message });
    events.pod(wanted, { type: 'Warning', reason: 'Failed', message: `Error: ${error.message}`, container });
    return observed.refresh(id);
  }
  memory.problems.delete(container);
  events.pod(wanted, { type: 'Normal', reason: 'Started', message: `Started container ${container}`, container });
  startHook(deps, { id, spec: specOf(wanted, container) }, context);
  await observed.refresh(id);
}
