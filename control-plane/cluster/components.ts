import type { ClusterSettings } from '../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../shared/kinds/registry.ts';
import type { ClusterClient } from '../client.ts';
import { builtInControllers } from '../controllers/index.generated.ts';
import type { Cursor, Log } from '../controllers/runtime/controller.ts';
import { createEventRecorder } from '../controllers/runtime/event-recorder.ts';
import { createControllerManager } from '../controllers/runtime/manager.ts';
import { filters } from '../scheduler/filters/index.generated.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import { scores } from '../scheduler/scores/index.generated.ts';
import type { Timers } from '../timers/timers.ts';

/** A part of the control plane that sees the cluster only through a client. */
export interface Component {
  /** There may be new changes. */
  wake(): void;
  /** Resolves when everything known has been dealt with. */
  whenIdle(): Promise<void>;
}

export interface ComponentDeps {
  client: ClusterClient;
  kinds: KindRegistry;
  settings: ClusterSettings;
  /** The alarm timers of the host. A component looks at its own state when one rings, so they need not be durable. */
  timers: Timers;
  cursor: Cursor;
  random(): number;
  /** Epoch ms. */
  now(): number;
  log: Log;
}

/** All built-in controllers. */
export function hostControllers(deps: ComponentDeps): Component {
  const { client, kinds, settings, random, log, cursor, timers } = deps;
  const clock = { now: deps.now };
  const timer = 'controllers';
  timers.handle(timer, () => manager.timerFired());
  const manager = createControllerManager({
    client,
    kinds,
    settings,
    clock,
    random,
    log,
    cursor,
    recorder: createEventRecorder({ client, clock, log }),
    scheduleTimer: (atMs) => timers.set(timer, atMs),
    controllers: builtInControllers,
  });
  return manager;
}

/** The default scheduler. */
export function hostScheduler(deps: ComponentDeps): Component {
  const { client, random, log, cursor, timers } = deps;
  const clock = { now: deps.now };
  const timer = 'scheduler';
  timers.handle(timer, () => scheduler.timerFired());
  const scheduler = createScheduler({
    client,
    clock,
    random,
    log,
    cursor,
    recorder: createEventRecorder({ client, clock, log }),
    scheduleTimer: (atMs) => timers.set(timer, atMs),
    filters,
    scores,
  });
  return scheduler;
}
