import type { ClusterSettings } from '../../../shared/kinds/define-kind.ts';
import { resourceName } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import type { ClusterClient, ObjectChange } from '../../client.ts';
import { Backoff } from './backoff.ts';
import { createBatchReader } from './batch-reader.ts';
import { createChangeSource, type Pulled } from './change-source.ts';
import {
  type Clock,
  type ControllerDefinition,
  type Cursor,
  type EventRecorder,
  type Log,
  type Reader,
  TerminalError,
  type Watch,
} from './controller.ts';
import { Delays } from './delays.ts';
import { shareWrites } from './shared-writes.ts';
import { WorkQueue } from './work-queue.ts';

export interface ControllerManagerDeps {
  client: ClusterClient;
  controllers: readonly ControllerDefinition[];
  kinds: KindRegistry;
  clock: Clock;
  /** Asks for a call of `timerFired` at this time, epoch ms; a later call replaces an earlier one. */
  scheduleTimer(atMs: number): void;
  random(): number;
  recorder: EventRecorder;
  cursor: Cursor;
  log: Log;
  settings: ClusterSettings;
  /** Keys that are worked on at the same time, over all controllers. */
  concurrency?: number;
}

export interface ControllerManager {
  /** There may be new changes. Returns at once; any number of calls before the work begins are one. */
  wake(): void;
  /** The time that `scheduleTimer` was given has come; harmless at any other time. */
  timerFired(): void;
  /** Resolves when everything known has been dealt with (delayed keys aside). */
  whenIdle(): Promise<void>;
}

/** Stands for the reading of changes among the keys that back off. */
const changesId = '(changes)';
/** How often a batch of changes is tried before what cannot be mapped in it is passed over. */
const mappingAttempts = 5;
/** While more keys wait, no more changes are read: what they led to is what takes memory. */
const maximumWaiting = 10_000;

/**
 * Runs controllers over the change feed.
 *
 * Invariants: a key is never worked on twice at once; a change is forgotten (the cursor moves past it) only when every
 * key that it led to has been reconciled or has a delay that is saved with the cursor; nothing that a controller throws
 * stops another one. A host that is evicted starts again at the cursor and does some work twice, which is harmless
 * because keys carry no events.
 */
export function createControllerManager(deps: ControllerManagerDeps): ControllerManager {
  const { client, clock, recorder, log, kinds, concurrency = 8 } = deps;
  const controllers = new Map(deps.controllers.map((controller) => [controller.name, controller]));
  const queue = new WorkQueue();
  const backoff = new Backoff({ firstMs: 5, maximumMs: 1_000_000, random: deps.random });
  const delays = new Delays();
  const reconcileDeps = { ...deps, client: shareWrites(client, (run) => void setTimeout(run, 0)) };
  const source = createChangeSource({ client, cursor: deps.cursor, resources: watchedResources });

  let wanted = false;
  let pulling = false;
  let mapping = false;
  let active = 0;
  let settling = false;
  const idleListeners: (() => void)[] = [];
  const roomListeners: (() => void)[] = [];

  function watchedResources(): string[] {
    const names = new Set<string>();
    for (const { resource } of deps.controllers.flatMap(({ watches }) => watches)) {
      if (resource !== '*') names.add(resource);
      else for (const name of ownableResources(kinds)) names.add(name);
    }
    return [...names];
  }

  async function mapChange(change: ObjectChange, reader: Reader): Promise<void> {
    for (const { name, watches } of deps.controllers) {
      for (const watch of watches.filter((candidate) => concerns(candidate, change, kinds))) {
        try {
          for (const key of await watch.toKeys(change, { reader, kinds })) queue.add(`${name}/${key}`);
        } catch (error) {
          // A read that failed works later; what fails again and again must not stop everything else.
          if (backoff.failures(changesId) < mappingAttempts) throw error;
          log.error('a change could not be mapped to keys', { controller: name, ...change.key, error: String(error) });
        }
      }
    }
  }

  /** No key is worked on meanwhile: one that a whole batch of changes concerns is then looked at once. */
  async function intake({ changes }: Pulled): Promise<void> {
    mapping = true;
    try {
      const reader = createBatchReader(client);
      for (const change of changes) await mapChange(change, reader);
    } catch (error) {
      source.rewind();
      throw error;
    } finally {
      mapping = false;
      startWork();
    }
  }

  async function pull(): Promise<void> {
    try {
      delays.restore(await source.open());
      let more = true;
      while (more || wanted) {
        wanted = false;
        releaseDelayed();
        await room();
        const pulled = await source.pull();
        more = pulled.more;
        await intake(pulled);
      }
      backoff.reset(changesId);
    } catch (error) {
      log.error('changes could not be read', { error: String(error) });
      delay(changesId, backoff.next(changesId));
    }
  }

  function room(): Promise<void> {
    return queue.waiting < maximumWaiting ? Promise.resolve() : new Promise((resolve) => roomListeners.push(resolve));
  }

  function releaseDelayed(): void {
    for (const id of delays.take(clock.now())) if (id !== changesId) queue.add(id);
    if (delays.next !== undefined) deps.scheduleTimer(delays.next);
  }

  function delay(id: string, delayMs: number): void {
    delays.set(id, clock.now(), delayMs);
    deps.scheduleTimer(delays.next!);
  }

  function startWork(): void {
    while (active < concurrency && !mapping) {
      const id = queue.take();
      if (id === undefined) return;
      active++;
      void work(id);
    }
  }

  async function work(id: string): Promise<void> {
    const slash = id.indexOf('/');
    const controller = controllers.get(id.slice(0, slash));
    const key = id.slice(slash + 1);
    try {
      const result = await controller?.reconcile(key, reconcileDeps);
      backoff.reset(id);
      if (result?.requeueAfterMs !== undefined) {
        const next = `${id.slice(0, slash)}/${result.requeueKey ?? key}`;
        delay(next, result.requeueAfterMs);
      }
    } catch (error) {
      failed(id, error);
    } finally {
      queue.done(id);
      active--;
      startWork();
      if (queue.waiting < maximumWaiting) for (const listener of roomListeners.splice(0)) listener();
      settle();
    }
  }

  function failed(id: string, error: unknown): void {
    if (error instanceof TerminalError) {
      backoff.reset(id);
      log.error('reconcile gave up', { key: id, error: String(error) });
      return;
    }
    const retryAfterMs = backoff.next(id);
    log.warn('reconcile failed', { key: id, error: String(error), failures: backoff.failures(id), retryAfterMs });
    delay(id, retryAfterMs);
  }

  function isIdle(): boolean {
    return !pulling && !wanted && active === 0 && queue.isIdle && !settling;
  }

  /** Once per quiet period: write the events, remember how far we are, tell who waits. */
  function settle(): void {
    if (!isIdle()) return;
    settling = true;
    void (async () => {
      try {
        await recorder.flush();
        if (!wanted && !delays.hasShort) await source.settle({ changed: delays.takeChanged(), all: delays.all() });
      } catch (error) {
        log.error('progress could not be saved', { error: String(error) });
      } finally {
        settling = false;
        if (wanted) start();
        else if (isIdle()) {
          for (const listener of idleListeners.splice(0)) listener();
        }
      }
    })();
  }

  function start(): void {
    if (pulling || settling) return;
    pulling = true;
    // The commit that wakes us is still on the stack: begin after it, once for all that it leads to.
    void Promise.resolve()
      .then(pull)
      .finally(() => {
        pulling = false;
        if (wanted && !isRetrying()) start();
        else settle();
      });
  }

  function isRetrying(): boolean {
    return backoff.failures(changesId) > 0;
  }

  return {
    wake() {
      wanted = true;
      start();
    },
    timerFired() {
      wanted = true;
      start();
    },
    whenIdle() {
      return isIdle() ? Promise.resolve() : new Promise((resolve) => idleListeners.push(resolve));
    },
  };
}

/** Every watchable resource whose objects can own others or be owned. */
export function ownableResources(kinds: KindRegistry): string[] {
  return kinds
    .all()
    .filter(
      ({ verbs, deletion, servedForm }) =>
        !servedForm && (!verbs || verbs.includes('watch')) && deletion?.defaultPropagation !== 'Unsupported',
    )
    .map(resourceName);
}

function concerns(watch: Watch, change: ObjectChange, kinds: KindRegistry): boolean {
  if (watch.resource === change.key.resource) return true;
  if (watch.resource !== '*') return false;
  return kinds.byResource(change.key.resource)?.deletion?.defaultPropagation !== 'Unsupported';
}
