/**
 * What the agent needs of a container engine. Two implementations: `docker-runtime.ts`, and `memory-runtime.ts` for
 * tests; `runtime.contract.ts` holds both to the same behaviour.
 *
 * Every method throws RuntimeError and nothing else.
 */
export interface ContainerRuntime {
  info(): Promise<RuntimeInfo>;
  /**
   * Follows the engine until `close`. `connected` is called on every (re)connection, after which what was known before
   * must be read again; events before the first `connected` are not delivered.
   */
  watch(watcher: RuntimeWatcher): { close(): void };
  /** Ids of all containers, dead ones included, that carry all these labels. */
  list(labels: Record<string, string>): Promise<string[]>;
  inspect(id: string): Promise<ContainerRecord | undefined>;
  /** Creates, without starting it, the container that holds a Pod's namespaces. Throws `conflict` when the name is taken. */
  createSandbox(config: SandboxConfig): Promise<string>;
  /** Creates, without starting it, a container inside a running sandbox. Throws `conflict` when the name is taken. */
  createContainer(config: ContainerConfig): Promise<string>;
  /** Throws `startFailed` when the engine has the container but its process cannot run. Starting a running one is fine. */
  start(id: string): Promise<void>;
  /** `stop` is the signal that the image asks for, SIGTERM by default. A container that is not running is left alone. */
  signal(id: string, signal: 'stop' | 'SIGKILL'): Promise<void>;
  /** Kills and removes; one that is absent is fine. */
  remove(id: string): Promise<void>;
  findImage(reference: string): Promise<ImageRecord | undefined>;
  /** Throws `pullFailed` with the engine's words. */
  pullImage(reference: string, credentials?: RegistryCredentials): Promise<void>;
  /** Streams the container's log lines, oldest first, until the end, or `signal` is aborted. */
  logs(id: string, options: LogOptions): AsyncIterable<LogChunk>;
  /** Runs a command in a running container and returns how it went. Throws `timeout`, and kills nothing, when the time is up. */
  exec(id: string, command: string[], options: { timeoutMs: number }): Promise<{ exitCode: number; output: string }>;
  close(): void;
}

export interface RuntimeInfo {
  /** `docker`, and its version. */
  name: string;
  version: string;
  operatingSystem: string;
  kernelVersion: string;
  /** Go's name: `amd64`, `arm64`. */
  architecture: string;
  cpus: number;
  memoryBytes: number;
}

export interface RuntimeWatcher {
  /** The labels that a container must carry for its events to be delivered. */
  labels: Record<string, string>;
  connected(): void;
  disconnected(error: RuntimeError): void;
  event(event: { type: 'started' | 'died' | 'removed'; id: string }): void;
}

/** A container as the engine knows it. Times in milliseconds since the epoch. */
export interface ContainerRecord {
  id: string;
  name: string;
  labels: Record<string, string>;
  state: 'created' | 'running' | 'exited';
  createdAt: number;
  startedAt?: number;
  finishedAt?: number;
  exitCode?: number;
  oomKilled?: boolean;
  /** Why the engine could not run it. */
  error?: string;
  /** The reference that it was created with, and the id it had then. */
  image: string;
  imageId: string;
  /** The address of a sandbox that has one. */
  ip?: string;
}

export interface ImageRecord {
  /** `sha256:...` */
  id: string;
  /** `name@sha256:...`, where a registry gave one. */
  repoDigests: string[];
  sizeBytes: number;
  /** The image's own user, as written in it. */
  user: string;
}

export interface RegistryCredentials {
  username: string;
  password: string;
  serverAddress: string;
}

export interface PortMapping {
  hostPort: number;
  hostIP?: string;
  containerPort: number;
  protocol: 'TCP' | 'UDP' | 'SCTP';
}

export interface SandboxConfig {
  name: string;
  labels: Record<string, string>;
  hostname: string;
  /** The engine's network mode: a network's name, or `host`. */
  network: string;
  ports: PortMapping[];
  hostPID?: boolean;
  hostIPC?: boolean;
  sysctls?: Record<string, string>;
}

export interface Mount {
  hostPath: string;
  containerPath: string;
  readOnly: boolean;
  /** Absent: private, or what the engine needs for a path that it lies in itself. */
  propagation?: 'rslave' | 'rshared';
}

export interface ContainerConfig {
  name: string;
  labels: Record<string, string>;
  /** Id of the sandbox whose network and IPC namespaces it joins. */
  sandboxId: string;
  hostPID?: boolean;
  sharePID?: boolean;
  image: string;
  /** Replaces the image's entrypoint (and drops its arguments). */
  command?: string[];
  args?: string[];
  /** `NAME=value` */
  env: string[];
  workingDir?: string;
  mounts: Mount[];
  tty?: boolean;
  stdin?: boolean;
  stdinOnce?: boolean;
  resources: ContainerLimits;
  security: ContainerSecurity;
}

export interface ContainerLimits {
  cpuShares: number;
  /** Microseconds of CPU time in each period of 100 ms. */
  cpuQuota?: number;
  memoryBytes?: number;
  oomScoreAdj: number;
}

export interface ContainerSecurity {
  /** `uid` or `uid:gid` */
  user?: string;
  supplementalGroups: string[];
  privileged: boolean;
  readOnlyRootFilesystem: boolean;
  capabilitiesAdd: string[];
  capabilitiesDrop: string[];
  noNewPrivileges: boolean;
}

export interface LogOptions {
  follow: boolean;
  timestamps: boolean;
  /** Lines from the end; all when absent. */
  tailLines?: number;
  /** Milliseconds since the epoch. */
  since?: number;
  signal: AbortSignal;
}

export interface LogChunk {
  stream: 'stdout' | 'stderr';
  data: Uint8Array;
}

export type RuntimeErrorCode =
  | 'unavailable'
  | 'notFound'
  | 'conflict'
  | 'startFailed'
  | 'pullFailed'
  | 'timeout'
  | 'failed';

/** `unavailable`: the engine does not answer, and nothing is known about what was asked of it. */
export class RuntimeError extends Error {
  readonly code: RuntimeErrorCode;

  constructor(code: RuntimeErrorCode, message: string) {
    super(message);
    this.name = 'RuntimeError';
    this.code = code;
  }
}

export function isRuntimeError(error: unknown, code: RuntimeErrorCode): error is RuntimeError {
  return error instanceof RuntimeError && error.code === code;
}
