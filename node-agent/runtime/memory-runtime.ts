import { type Clock, systemClock } from '../clock.ts';
import {
  type ContainerConfig,
  type ContainerRecord,
  type ContainerRuntime,
  type ImageRecord,
  type LogChunk,
  type LogOptions,
  RuntimeError,
  type RuntimeWatcher,
  type SandboxConfig,
} from './container-runtime.ts';

/** What a container does once it is started. By default it runs, silently, until it is told to stop. */
export interface ContainerBehaviour {
  /** Exits with this code, `afterMs` after its start. */
  exitCode?: number;
  afterMs?: number;
  /** Lines that it writes to standard output when it starts. */
  logs?: string[];
  /** The engine cannot start it, and says this. */
  startError?: string;
  /** Keeps running when it is asked to stop; only SIGKILL ends it. */
  ignoresStop?: boolean;
  oomKilled?: boolean;
  /** The answer to a command run in it; exit code 0 and no output by default. */
  exec?: (command: string[]) => { exitCode: number; output: string };
}

export type ImageAvailability = 'present' | 'pullable' | 'absent';

export interface MemoryRuntimeOptions {
  clock?: Clock;
  /** Range of the sandboxes' addresses; IPv4. */
  podCIDR?: string;
  behave?: (container: ContainerConfig) => ContainerBehaviour | undefined;
  /** Where an image is; `present` by default. A pulled image is present from then on. */
  images?: (reference: string) => ImageAvailability;
  /** Size of the machine; 8 CPUs and 16 GiB by default. */
  cpus?: number;
  memoryBytes?: number;
}

export interface MemoryRuntime extends ContainerRuntime {
  /** Addresses of later sandboxes come from this range. */
  setPodCIDR(cidr: string): void;
  /** Ends a running container as if its process had exited. */
  exit(id: string, exitCode: number): void;
  /** Everything the engine holds. */
  containers(): ContainerRecord[];
  configOf(id: string): ContainerConfig | SandboxConfig | undefined;
  /** The engine is gone: every call fails and watchers are told. */
  disconnect(): void;
  connect(): void;
}

interface Entry {
  record: ContainerRecord;
  behaviour: ContainerBehaviour;
  config: ContainerConfig | SandboxConfig;
  log: { time: number; line: string }[];
  cancelExit?: () => void;
}

/** A container engine without containers: for the tests of whoever needs Pods to "run" in no time and without Docker. */
export function createMemoryRuntime(options: MemoryRuntimeOptions = {}): MemoryRuntime {
  const clock = options.clock ?? systemClock;
  const entries = new Map<string, Entry>();
  const pulled = new Set<string>();
  const watchers = new Set<RuntimeWatcher>();
  const logWaiters = new Set<() => void>();
  let addresses = addressesOf(options.podCIDR ?? '10.244.0.0/24');
  let connected = true;
  let serial = 0;

  const unavailable = () => new RuntimeError('unavailable', 'the in-memory container runtime is disconnected');
  const answer = async <T>(produce: () => T): Promise<T> => {
    await Promise.resolve();
    if (!connected) throw unavailable();
    return produce();
  };
  const emit = (type: 'started' | 'died' | 'removed', entry: Entry) => {
    for (const wake of [...logWaiters]) wake();
    if (!connected) return;
    for (const watcher of [...watchers]) {
      if (hasLabels(entry.record, watcher.labels)) watcher.event({ type, id: entry.record.id });
    }
  };
  const entryOf = (id: string): Entry => {
    const entry = entries.get(id);
    if (!entry) throw new RuntimeError('notFound', `No such container: ${id}`);
    return entry;
  };

  const finish = (entry: Entry, exitCode: number, oomKilled = false) => {
    if (entry.record.state !== 'running') return;
    entry.cancelExit?.();
    Object.assign(entry.record, { state: 'exited', exitCode, finishedAt: clock.now(), oomKilled });
    emit('died', entry);
  };

  const create = (config: ContainerConfig | SandboxConfig, image: string, behaviour: ContainerBehaviour): string => {
    if ([...entries.values()].some((entry) => entry.record.name === config.name)) {
      throw new RuntimeError('conflict', `Conflict. The container name "/${config.name}" is already in use`);
    }
    serial += 1;
    const id = serial.toString(16).padStart(64, '0');
    const record: ContainerRecord = {
      id,
      name: config.name,
      labels: { ...config.labels },
      state: 'created',
      createdAt: clock.now(),
      image,
      imageId: imageIdOf(image),
    };
    entries.set(id, { record, config, behaviour, log: [] });
    return id;
  };

  const start = (entry: Entry) => {
    const { record, behaviour } = entry;
    if (record.state === 'running') return;
    if ('sandboxId' in entry.config && entries.get(entry.config.sandboxId)?.record.state !== 'running') {
      throw new RuntimeError('failed', `cannot join network of a non running container: ${entry.config.sandboxId}`);
    }
    if (behaviour.startError) {
      Object.assign(record, { exitCode: 127, error: behaviour.startError });
      throw new RuntimeError('startFailed', behaviour.startError);
    }
    if (isSandbox(entry) && (entry.config as SandboxConfig).network !== 'host') {
      record.ip = freeAddress(addresses, entries);
    }
    Object.assign(record, { state: 'running', startedAt: clock.now() });
    for (const line of behaviour.logs ?? []) entry.log.push({ time: clock.now(), line: `${line}\n` });
    if (behaviour.exitCode !== undefined) {
      const { exitCode, oomKilled, afterMs = 0 } = behaviour;
      entry.cancelExit = clock.after(afterMs, () => finish(entry, exitCode, oomKilled));
    }
    emit('started', entry);
  };

  const availability = (reference: string): ImageAvailability =>
    pulled.has(reference) ? 'present' : (options.images?.(reference) ?? 'present');

  async function* logs(id: string, { follow, tailLines, since, timestamps, signal }: LogOptions) {
    const entry = await answer(() => entryOf(id));
    let next = 0;
    if (tailLines !== undefined) next = Math.max(0, entry.log.length - tailLines);
    while (!signal.aborted) {
      for (; next < entry.log.length; next += 1) {
        const { time, line } = entry.log[next]!;
        if (since !== undefined && time < since) continue;
        const text = timestamps ? `${new Date(time).toISOString()} ${line}` : line;
        yield { stream: 'stdout', data: new TextEncoder().encode(text) } satisfies LogChunk;
      }
      if (!follow || entry.record.state !== 'running' || !entries.has(id)) return;
      await new Promise<void>((resolve) => {
        const wake = () => {
          logWaiters.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        logWaiters.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }

  return {
    info: () =>
      answer(() => ({
        name: 'memory',
        version: '1.0.0',
        operatingSystem: 'in-memory',
        kernelVersion: '0.0.0',
        architecture: 'amd64',
        cpus: options.cpus ?? 8,
        memoryBytes: options.memoryBytes ?? 16 * 2 ** 30,
      })),
    watch(watcher) {
      watchers.add(watcher);
      queueMicrotask(() => {
        if (connected && watchers.has(watcher)) watcher.connected();
      });
      return { close: () => watchers.delete(watcher) };
    },
    list: (labels) =>
      answer(() =>
        [...entries.values()].filter(({ record }) => hasLabels(record, labels)).map(({ record }) => record.id),
      ),
    inspect: (id) => answer(() => (entries.has(id) ? structuredClone(entries.get(id)!.record) : undefined)),
    createSandbox: (config) => answer(() => create(config, 'pause', {})),
    createContainer: (config) =>
      answer(() => {
        if (availability(config.image) !== 'present') {
          throw new RuntimeError('notFound', `No such image: ${config.image}`);
        }
        return create(config, config.image, options.behave?.(config) ?? {});
      }),
    start: (id) => answer(() => start(entryOf(id))),
    signal: (id, signal) =>
      answer(() => {
        const entry = entryOf(id);
        if (signal === 'SIGKILL') finish(entry, 137);
        else if (!entry.behaviour.ignoresStop) finish(entry, isSandbox(entry) ? 0 : 143);
      }),
    remove: (id) =>
      answer(() => {
        const entry = entries.get(id);
        if (!entry) return;
        finish(entry, 137);
        entries.delete(id);
        emit('removed', entry);
      }),
    findImage: (reference) =>
      answer((): ImageRecord | undefined =>
        availability(reference) === 'present'
          ? { id: imageIdOf(reference), repoDigests: [], sizeBytes: 1_000_000, user: '' }
          : undefined,
      ),
    pullImage: (reference) =>
      answer(() => {
        if (availability(reference) === 'absent') {
          throw new RuntimeError('pullFailed', `pull access denied for ${reference}, repository does not exist`);
        }
        pulled.add(reference);
      }),
    logs,
    exec: (id, command) =>
      answer(() => {
        const entry = entryOf(id);
        if (entry.record.state !== 'running') throw new RuntimeError('failed', `Container ${id} is not running`);
        return entry.behaviour.exec?.(command) ?? { exitCode: 0, output: '' };
      }),
    close() {
      watchers.clear();
      for (const entry of entries.values()) entry.cancelExit?.();
    },
    setPodCIDR(cidr) {
      addresses = addressesOf(cidr);
    },
    exit: (id, exitCode) => finish(entryOf(id), exitCode),
    containers: () => [...entries.values()].map(({ record }) => structuredClone(record)),
    configOf: (id) => entries.get(id)?.config,
    disconnect() {
      connected = false;
      for (const watcher of [...watchers]) watcher.disconnected(unavailable());
    },
    connect() {
      connected = true;
      for (const watcher of [...watchers]) watcher.connected();
    },
  };
}

function isSandbox(entry: Entry): boolean {
  return !('sandboxId' in entry.config);
}

function hasLabels(record: ContainerRecord, labels: Record<string, string>): boolean {
  return Object.entries(labels).every(([key, value]) => record.labels[key] === value);
}

/** The same image always has the same id, as if content decided it. */
function imageIdOf(reference: string): string {
  const bytes = new TextEncoder().encode(reference);
  let hex = '';
  for (let index = 0; index < 32; index += 1) {
    hex += (((bytes[index % bytes.length] ?? 0) * 31 + index * 17) & 0xff).toString(16).padStart(2, '0');
  }
  return `sha256:${hex}`;
}

interface AddressRange {
  first: number;
  size: number;
}

function addressesOf(cidr: string): AddressRange {
  const [address = '', bits = '24'] = cidr.split('/');
  const first = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { first, size: 2 ** (32 - Number(bits)) };
}

/** The lowest address of the range that no running sandbox has; the first is the network's, the second the bridge's. */
function freeAddress(range: AddressRange, entries: Map<string, Entry>): string {
  const used = new Set<string>();
  for (const { record } of entries.values()) if (record.ip && record.state === 'running') used.add(record.ip);
  for (let offset = 2; offset < range.size - 1; offset += 1) {
    const value = range.first + offset;
    const ip = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
    if (!used.has(ip)) return ip;
  }
  throw new RuntimeError('failed', 'no available IPv4 addresses on this network');
}
