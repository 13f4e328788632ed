import type { Readable } from 'node:stream';
import Docker from 'dockerode';
import type { Clock } from '../clock.ts';
import type { EngineNetworks } from '../network/bridge-network.ts';
import {
  type ContainerRecord,
  type ContainerRuntime,
  isRuntimeError,
  type LogOptions,
  RuntimeError,
  type RuntimeErrorCode,
  type RuntimeInfo,
  type RuntimeWatcher,
} from './container-runtime.ts';
import { dockerContainer, dockerSandbox } from './docker-config.ts';
import { dockerNetworks } from './docker-networks.ts';
import { demultiplex, jsonLines } from './docker-streams.ts';
import { pauseImage, pauseRootFilesystem } from './pause-image.ts';

export interface DockerRuntimeDeps {
  /** `unix:///var/run/docker.sock` or `tcp://host:port`. */
  host: string;
  clock: Clock;
  /** The lowest score that this engine may give: without CAP_SYS_RESOURCE it cannot start a container with less than 0. */
  minimumOomScoreAdj: number;
}

const eventTypes: Record<string, 'started' | 'died' | 'removed'> = {
  start: 'started',
  die: 'died',
  destroy: 'removed',
};
/** What the kubelet gives to sandboxes: the last to be killed. */
const sandboxOomScoreAdj = -998;
const reconnectAfterMs = 500;

/** Pods on a Docker engine. */
export function createDockerRuntime({ host, clock, minimumOomScoreAdj }: DockerRuntimeDeps): ContainerRuntime {
  const docker = new Docker(connectionOptions(host));
  let sandboxImage: Promise<string> | undefined;

  const oomScore = (wanted: number) => ({ oomScoreAdj: Math.max(wanted, minimumOomScoreAdj) });

  async function info(): Promise<RuntimeInfo> {
    const [system, version] = await Promise.all([call(() => docker.info()), call(() => docker.version())]);
    return {
      name: 'docker',
      version: version.Version,
      operatingSystem: system.OperatingSystem,
      kernelVersion: system.KernelVersion,
      architecture: version.Arch,
      cpus: system.NCPU,
      memoryBytes: system.MemTotal,
    };
  }

  async function importSandboxImage(): Promise<string> {
    const present = await inspectImage(docker, pauseImage.reference);
    if (present) return present.Id;
    const { Arch } = await call(() => docker.version());
    const stream = await call(() =>
      docker.importImage(pauseRootFilesystem(Arch), {
        repo: pauseImage.repository,
        tag: pauseImage.tag,
        changes: 'ENTRYPOINT ["/pause"]',
      }),
    );
    await readToEnd(stream, 'failed');
    const imported = await inspectImage(docker, pauseImage.reference);
    if (!imported) throw new RuntimeError('failed', 'the engine did not keep the imported sandbox image');
    return imported.Id;
  }

  /** The image may be pruned from under us while no sandbox uses it: `anew` looks again. */
  function ensureSandboxImage({ anew = false } = {}): Promise<string> {
    if (!sandboxImage || anew) {
      sandboxImage = importSandboxImage();
      sandboxImage.catch(() => {
        sandboxImage = undefined;
      });
    }
    return sandboxImage;
  }

  async function inspect(id: string): Promise<ContainerRecord | undefined> {
    try {
      return recordOf(await call(() => docker.getContainer(id).inspect()));
    } catch (error) {
      if (isRuntimeError(error, 'notFound')) return undefined;
      throw error;
    }
  }

  async function* logs(id: string, options: LogOptions) {
    const container = docker.getContainer(id);
    const { Config } = await call(() => container.inspect());
    const stream = await openLogs(docker, id, options);
    options.signal.addEventListener('abort', () => stream.destroy(), { once: true });
    try {
      if (Config.Tty) for await (const data of stream) yield { stream: 'stdout' as const, data: data as Buffer };
      else yield* demultiplex(stream);
    } catch (error) {
      if (!options.signal.aborted) throw asRuntimeError(error);
    } finally {
      stream.destroy();
    }
  }

  return {
    info,
    watch: (watcher) => watchEvents({ docker, clock, watcher }),
    async list(labels) {
      const filters = { label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) };
      const found = await call(() => docker.listContainers({ all: true, filters }));
      return found.map((container) => container.Id);
    },
    inspect,
    async createSandbox(config) {
      const create = async (image: string) => {
        const body = dockerSandbox(config, { image, ...oomScore(sandboxOomScoreAdj) });
        return (await call(() => docker.createContainer(body))).id;
      };
      try {
        return await create(await ensureSandboxImage());
      } catch (error) {
        if (!isRuntimeError(error, 'notFound') || !/image/i.test(error.message)) throw error;
        return create(await ensureSandboxImage({ anew: true }));
      }
    },
    async createContainer(config) {
      const body = dockerContainer(config, oomScore(config.resources.oomScoreAdj));
      return (await call(() => docker.createContainer(body))).id;
    },
    async start(id) {
      try {
        await call(() => docker.getContainer(id).start(), { accept: [304] });
      } catch (error) {
        if (isRuntimeError(error, 'failed')) throw new RuntimeError('startFailed', error.message);
        throw error;
      }
    },
    async signal(id, signal) {
      const container = docker.getContainer(id);
      const name = signal === 'stop' ? await stopSignal(container) : signal;
      // 409: it is not running, which is what was wanted.
      await call(() => container.kill({ signal: name }), { accept: [404, 409] });
    },
    async remove(id) {
      // 409: its removal is in progress already.
      await call(() => docker.getContainer(id).remove({ force: true, v: true }), { accept: [404, 409] });
    },
    async findImage(reference) {
      const image = await inspectImage(docker, reference);
      if (!image) return undefined;
      return {
        id: image.Id,
        repoDigests: image.RepoDigests ?? [],
        sizeBytes: image.Size,
        user: image.Config?.User ?? '',
      };
    },
    async pullImage(reference, credentials) {
      const auth = credentials && {
        authconfig: { ...credentials, serveraddress: credentials.serverAddress },
      };
      try {
        const stream = await call(() => docker.pull(withTag(reference), auth ?? {}));
        await readToEnd(stream, 'pullFailed');
      } catch (error) {
        if (!(error instanceof RuntimeError) || error.code === 'unavailable') throw error;
        throw new RuntimeError('pullFailed', `Error response from daemon: ${error.message}`);
      }
    },
    logs,
    async exec(id, command, { timeoutMs }) {
      const options = { Cmd: command, AttachStdout: true, AttachStderr: true };
      const exec = await call(() => docker.getContainer(id).exec(options));
      const stream = await call(() => exec.start({ hijack: true, stdin: false }));
      const output = await collect(stream, { timeoutMs, clock });
      const { ExitCode } = await call(() => exec.inspect());
      return { exitCode: ExitCode ?? -1, output };
    },
    close() {},
  };
}

/** The networks of the same engine. */
export function createDockerNetworks({ host }: { host: string }): EngineNetworks {
  return dockerNetworks(new Docker(connectionOptions(host)));
}

function connectionOptions(host: string): { socketPath: string } | { host: string; port: number } {
  const url = new URL(host);
  if (url.protocol === 'unix:') return { socketPath: url.pathname };
  return { host: url.hostname, port: Number(url.port || 2375) };
}

/** Runs one engine call; `accept` names HTTP codes that are as good as success. */
async function call<T>(run: () => Promise<T>, { accept = [] }: { accept?: number[] } = {}): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const status = (error as { statusCode?: number }).statusCode;
    if (status !== undefined && accept.includes(status)) return undefined as T;
    throw asRuntimeError(error);
  }
}

const codesByStatus: Record<number, RuntimeErrorCode> = { 404: 'notFound', 409: 'conflict' };

function asRuntimeError(error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const { statusCode, json, message } = error as { statusCode?: number; json?: { message?: string }; message?: string };
  if (statusCode === undefined) return new RuntimeError('unavailable', message ?? String(error));
  return new RuntimeError(codesByStatus[statusCode] ?? 'failed', json?.message ?? message ?? `HTTP ${statusCode}`);
}

async function inspectImage(docker: Docker, reference: string): Promise<Docker.ImageInspectInfo | undefined> {
  try {
    return await call(() => docker.getImage(reference).inspect());
  } catch (error) {
    if (isRuntimeError(error, 'notFound')) return undefined;
    throw error;
  }
}

/** Docker pulls every tag of a repository when none is named. */
function withTag(reference: string): string {
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  return name.includes(':') || name.includes('@') ? reference : `${reference}:latest`;
}

/** Reads a progress stream; an `error` in it fails with `code`. */
async function readToEnd(stream: NodeJS.ReadableStream, code: RuntimeErrorCode): Promise<void> {
  for await (const entry of jsonLines(stream as AsyncIterable<Buffer>)) {
    if (typeof entry.error === 'string') throw new RuntimeError(code, entry.error);
  }
}

function recordOf(info: Docker.ContainerInspectInfo): ContainerRecord {
  const { State: state } = info;
  const neverRan = state.Status === 'created';
  const running = state.Running || state.Paused || state.Restarting;
  const startedAt = time(state.StartedAt);
  const finishedAt = time(state.FinishedAt);
  const ip = Object.values(info.NetworkSettings.Networks ?? {}).find((network) => network.IPAddress)?.IPAddress;
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    labels: info.Config.Labels ?? {},
    state: running ? 'running' : neverRan ? 'created' : 'exited',
    createdAt: time(info.Created) ?? 0,
    ...(startedAt !== undefined ? { startedAt } : {}),
    ...(finishedAt !== undefined && !running ? { finishedAt } : {}),
    ...(running ? {} : { exitCode: state.ExitCode }),
    oomKilled: state.OOMKilled,
    ...(state.Error ? { error: state.Error } : {}),
    image: info.Config.Image,
    imageId: info.Image,
    ...(ip ? { ip } : {}),
  };
}

/** Docker writes year 1 for "never". */
function time(text: string): number | undefined {
  const ms = Date.parse(text);
  return ms > 0 ? ms : undefined;
}

async function stopSignal(container: Docker.Container): Promise<string> {
  const info = await call(() => container.inspect());
  return (info.Config as { StopSignal?: string }).StopSignal || 'SIGTERM';
}

/** Docker's client buffers a log that is not followed; this always streams. */
function openLogs(docker: Docker, id: string, { follow, timestamps, tailLines, since }: LogOptions): Promise<Readable> {
  const query = {
    stdout: 1,
    stderr: 1,
    follow: follow ? 1 : 0,
    timestamps: timestamps ? 1 : 0,
    tail: tailLines ?? 'all',
    ...(since !== undefined ? { since: (since / 1000).toFixed(3) } : {}),
  };
  const statusCodes = { 200: true, 404: 'no such container', 500: 'server error' };
  return call(
    () =>
      new Promise((resolve, reject) => {
        const request = { path: `/containers/${id}/logs?`, method: 'GET', isStream: true, statusCodes, options: query };
        docker.modem.dial(request, (error, stream) => (error ? reject(error) : resolve(stream as unknown as Readable)));
      }),
  );
}

async function collect(stream: Readable, { timeoutMs, clock }: { timeoutMs: number; clock: Clock }): Promise<string> {
  const chunks: Uint8Array[] = [];
  let timedOut = false;
  const cancel = clock.after(timeoutMs, () => {
    timedOut = true;
    stream.destroy();
  });
  try {
    for await (const { data } of demultiplex(stream)) chunks.push(data);
  } catch (error) {
    if (!timedOut) throw asRuntimeError(error);
  } finally {
    cancel();
  }
  if (timedOut) throw new RuntimeError('timeout', `command timed out after ${timeoutMs} ms`);
  return Buffer.concat(chunks).toString();
}

interface EventsDeps {
  docker: Docker;
  clock: Clock;
  watcher: RuntimeWatcher;
}

/** Holds one event stream open, and opens the next one when it breaks. */
function watchEvents({ docker, clock, watcher }: EventsDeps): { close(): void } {
  let closed = false;
  let stream: Readable | undefined;
  let cancelRetry = () => {};
  const label = Object.entries(watcher.labels).map(([key, value]) => `${key}=${value}`);
  const filters = JSON.stringify({ type: ['container'], event: Object.keys(eventTypes), label });

  async function follow(): Promise<void> {
    try {
      stream = (await call(() => docker.getEvents({ filters }))) as Readable;
      if (closed) return void stream.destroy();
      watcher.connected();
      for await (const event of jsonLines(stream)) {
        const type = eventTypes[String(event.Action)];
        const actor = event.Actor as { ID?: string } | undefined;
        if (type && actor?.ID) watcher.event({ type, id: actor.ID });
      }
      throw new RuntimeError('unavailable', 'the event stream of the engine ended');
    } catch (error) {
      if (closed) return;
      watcher.disconnected(asRuntimeError(error));
      cancelRetry = clock.after(reconnectAfterMs, () => void follow());
    }
  }

  void follow();
  return {
    close() {
      closed = true;
      cancelRetry();
      stream?.destroy();
    },
  };
}
