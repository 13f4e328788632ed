import type { Pod } from '../../shared/api/object.ts';
import type { ClusterClient, ObjectChange, WriteOperation, WriteResult } from '../client.ts';
import { withCondition } from '../controllers/pods/pod-state.ts';
import { Backoff } from '../controllers/runtime/backoff.ts';
import { createChangeSource } from '../controllers/runtime/change-source.ts';
import type { Clock, Cursor, EventRecorder, Log } from '../controllers/runtime/controller.ts';
import { errorOf, keyOf, sameObject, sameState, timestamp } from '../controllers/runtime/write.ts';
import { isPending, isSameRequest, mayHelp } from './pending.ts';
import type { FilterPlugin, ScorePlugin } from './plugin.ts';
import { type QueuedPod, SchedulingQueue } from './queue.ts';
import { schedule } from './schedule.ts';
import { Snapshot } from './snapshot.ts';

export interface SchedulerDeps {
  client: ClusterClient;
  clock: Clock;
  /** Asks for a call of `timerFired` at this time, epoch ms, even if the process ends before: make it durable. */
  scheduleTimer(atMs: number): void;
  recorder: EventRecorder;
  cursor: Cursor;
  log: Log;
  random(): number;
  filters: readonly FilterPlugin[];
  scores: readonly ScorePlugin[];
  /** Only Pods whose `spec.schedulerName` is this. Default `default-scheduler`. */
  schedulerName?: string;
  /** Pods that are bound in one write. */
  batchSize?: number;
}

export interface Scheduler {
  /** There may be new changes. Returns at once; calls before the work begins are one. */
  wake(): void;
  /** The time that `scheduleTimer` was given has come. */
  timerFired(): void;
  /** Resolves when every Pod is bound, or waits for something. */
  whenIdle(): Promise<void>;
}

const resources = ['nodes', 'pods', 'services'];

/**
 * Binds Pods to nodes, over the API alone, so that another scheduler can stand beside it or in its place.
 *
 * Invariants: one run at a time; within a run every decision sees the ones before it (a chosen Pod is assumed to be on
 * its node at once); a Pod whose binding fails is taken off again and retried. The snapshot is built when something
 * first needs a decision, so a scheduler that was evicted and is woken by changes that concern it not stays small.
 */
export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { client, clock, recorder, log, batchSize = 500 } = deps;
  const schedulerName = deps.schedulerName ?? 'default-scheduler';
  const source = createChangeSource({ client, cursor: deps.cursor, resources: () => resources });
  const failures = new Backoff({ firstMs: 100, maximumMs: 60_000, random: deps.random });

  let snapshot: Snapshot | undefined;
  let queue = new SchedulingQueue();
  let wanted = false;
  let running = false;
  /** A timer came before there was a snapshot: what it was for is only found by looking. */
  let mustLook = false;
  const idleListeners: (() => void)[] = [];

  async function intake(): Promise<void> {
    let more = true;
    while (more || wanted) {
      wanted = false;
      const pulled = await source.pull();
      more = pulled.more;
      if (pulled.relisted) {
        snapshot = new Snapshot();
        queue = new SchedulingQueue();
      } else if (!snapshot && (pulled.changes.some(needsDecision) || (mustLook && (await anyPending())))) {
        source.restart();
        more = true;
        continue;
      }
      mustLook = false;
      for (const change of pulled.changes) take(change);
    }
  }

  /** One Pod that waits is reason enough to read everything; an alarm that rang for somebody else is not. */
  async function anyPending(): Promise<boolean> {
    const fieldSelector = `spec.nodeName=,spec.schedulerName=${schedulerName}`;
    const { items } = await client.list<Pod>({ resource: 'pods', fieldSelector });
    return items.some((pod) => isPending(pod, schedulerName));
  }

  function needsDecision(change: ObjectChange): boolean {
    const isNew = change.key.resource === 'pods' && change.type !== 'DELETED';
    return (isNew && isPending(change.object as Pod, schedulerName)) || mayHelp(change);
  }

  function take(change: ObjectChange): void {
    if (!snapshot) return;
    snapshot.apply(change);
    if (change.key.resource === 'pods') {
      const pod = change.object as Pod;
      if (change.type !== 'DELETED' && isPending(pod, schedulerName)) queue.put(pod, isSameRequest);
      else queue.remove(`${change.key.namespace}/${change.key.name}`);
    }
    if (mayHelp(change)) queue.activateUnschedulable();
  }

  /** Decides for one batch and writes the bindings; false when there was nothing to do. */
  async function scheduleBatch(current: Snapshot): Promise<boolean> {
    const next = queue.releaseBackoff(clock.now());
    if (next !== undefined) deps.scheduleTimer(next);
    const batch = queue.take(batchSize);
    if (batch.length === 0) return false;
    const chosen: { queued: QueuedPod; node: string }[] = [];
    const failed: { queued: QueuedPod; message: string }[] = [];
    for (const queued of batch) {
      const decision = schedule(queued.info, current, deps);
      if ('node' in decision) {
        current.assume(queued.info, decision.node);
        chosen.push({ queued, node: decision.node });
      } else {
        queue.unschedulable(queued, clock.now());
        failed.push({ queued, message: decision.failed });
      }
    }
    const operations = [
      ...chosen.map(({ queued, node }) => bindOperation(queued.pod, node)),
      ...failed.flatMap(({ queued, message }) => conditionOperation(queued.pod, message, clock.now())),
    ];
    const results = await writeBatch(operations);
    for (const [index, { queued, node }] of chosen.entries()) bound(current, queued, node, results?.[index]);
    for (const { queued, message } of failed) tell(queued.pod, 'Warning', 'FailedScheduling', message);
    return true;
  }

  /** Undefined: nothing is known of the outcome. */
  async function writeBatch(operations: WriteOperation[]): Promise<WriteResult[] | undefined> {
    if (operations.length === 0) return [];
    try {
      return await client.write(operations);
    } catch (error) {
      log.error('bindings could not be written', { operations: operations.length, error: String(error) });
      return undefined;
    }
  }

  function bound(current: Snapshot, queued: QueuedPod, node: string, result: WriteResult | undefined): void {
    const { key } = queued.info;
    const error = result ? errorOf(result) : undefined;
    if (result && !error) {
      queue.remove(key);
      tell(queued.pod, 'Normal', 'Scheduled', `Successfully assigned ${key} to ${node}`);
      return;
    }
    current.forget(key);
    // The Pod is gone; the change feed says so too.
    if (error?.reason === 'NotFound') queue.remove(key);
    else queue.retry(queued, clock.now());
    if (error && error.reason !== 'NotFound' && error.reason !== 'Conflict') {
      tell(queued.pod, 'Warning', 'FailedScheduling', `binding rejected: ${error.message}`);
    }
  }

  function tell(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void {
    recorder.record({ object: pod, type, reason, message, component: schedulerName });
  }

  async function run(): Promise<void> {
    let busy = true;
    while (busy || wanted) {
      await intake();
      busy = snapshot ? await scheduleBatch(snapshot) : false;
    }
    await recorder.flush();
    if (!wanted) await source.settle();
  }

  function start(): void {
    if (running) return;
    running = true;
    void Promise.resolve()
      .then(run)
      .then(
        () => failures.reset(schedulerName),
        (error: unknown) => {
          log.error('scheduling stopped and will be tried again', { error: String(error) });
          deps.scheduleTimer(clock.now() + failures.next(schedulerName));
        },
      )
      .finally(() => {
        running = false;
        if (wanted && failures.failures(schedulerName) === 0) start();
        else for (const listener of idleListeners.splice(0)) listener();
      });
  }

  return {
    wake() {
      wanted = true;
      start();
    },
    timerFired() {
      mustLook = true;
      wanted = true;
      start();
    },
    whenIdle() {
      return running ? new Promise((resolve) => idleListeners.push(resolve)) : Promise.resolve();
    },
  };
}

function bindOperation(pod: Pod, node: string): WriteOperation {
  return { verb: 'bind', key: keyOf('pods', pod), node, preconditions: sameObject(pod) };
}

/** Nothing when the Pod says so already. */
function conditionOperation(pod: Pod, message: string, nowMs: number): WriteOperation[] {
  const old = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (old?.status === 'False' && old.reason === 'Unschedulable' && old.message === message) return [];
  const lastTransitionTime = timestamp(nowMs);
  const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime };
  return [
    {
      verb: 'patch',
      key: keyOf('pods', pod),
      subresource: 'status',
      patch: { status: { conditions: withCondition(pod, condition) } },
      preconditions: sameState(pod),
    },
  ];
}
