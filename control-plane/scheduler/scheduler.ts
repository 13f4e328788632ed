import type { Pod, PodDisruptionBudget } from '../../shared/api/object.ts';
import type { ClusterClient, ObjectChange, WriteOperation, WriteResult } from '../client.ts';
import { Backoff } from '../controllers/runtime/backoff.ts';
import { createChangeSource } from '../controllers/runtime/change-source.ts';
import type { Clock, Cursor, EventRecorder, Log } from '../controllers/runtime/controller.ts';
import { pages, someOf } from '../controllers/runtime/pages.ts';
import { type Budget, BudgetLedger, budgetOf } from './budgets.ts';
import { decide } from './decide.ts';
import { isPending, isRelabelled, mayHelp, movesOthers } from './pending.ts';
import type { FilterPlugin, ScorePlugin } from './plugin.ts';
import { waitsForOthers } from './pod-info.ts';
import { SchedulingQueue } from './queue.ts';
import { Snapshot } from './snapshot.ts';
import { type Step, stepsFor } from './steps.ts';

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

const resources = ['namespaces', 'nodes', 'pods', 'services'];

/**
 * Binds Pods to nodes, over the API alone, so that another scheduler can stand beside it or in its place.
 *
 * Invariants: one run at a time; within a run every decision sees the ones before it (a chosen Pod is assumed to be on
 * its node at once); a Pod whose binding fails is taken off again and retried; Pods that have to make room are told so
 * in the write that nominates the one that they make room for, so that nothing is done twice. The snapshot is built when something
 * first needs a decision, so a scheduler that was evicted and is woken by changes that concern it not stays small.
 */
export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { client, clock, recorder, log, batchSize = 500 } = deps;
  const schedulerName = deps.schedulerName ?? 'default-scheduler';
  const source = createChangeSource({ client, cursor: deps.cursor, resources: () => resources });
  const budgets = new BudgetLedger({ list: listBudgets, clock });
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
      if (!snapshot) continue;
      for (const change of pulled.changes) take(snapshot, change);
      reconsider(snapshot, pulled.changes);
    }
  }

  /** One Pod that waits is reason enough to read everything; an alarm that rang for somebody else is not. */
  async function anyPending(): Promise<boolean> {
    const fieldSelector = `spec.nodeName=,spec.schedulerName=${schedulerName}`;
    const waiting = pages<Pod>(client, { resource: 'pods', fieldSelector });
    return someOf(waiting, (pod) => isPending(pod, schedulerName));
  }

  function needsDecision(change: ObjectChange): boolean {
    const isNew = change.key.resource === 'pods' && change.type !== 'DELETED';
    return (isNew && isPending(change.object as Pod, schedulerName)) || mayHelp(change) || isRelabelled(change);
  }

  function take(current: Snapshot, change: ObjectChange): void {
    current.apply(change);
    if (change.key.resource !== 'pods') return;
    if (change.type !== 'DELETED' && isPending(change.object as Pod, schedulerName)) wait(current, change);
    else {
      const podKey = `${change.key.namespace}/${change.key.name}`;
      queue.remove(podKey);
      current.nominations.remove(podKey);
    }
  }

  /** Those that fitted nowhere are tried again if one of the changes may be what they wait for. */
  function reconsider({ nominations }: Snapshot, changes: readonly ObjectChange[]): void {
    const helpful = changes.filter(mayHelp);
    for (const { object } of helpful) {
      const node = (object as Pod).spec?.nodeName;
      // It may be what they had made go.
      for (const { key } of node ? nominations.on(node) : []) queue.activate(key);
    }
    if (helpful.length > 0) queue.activateUnschedulable();
    else if (changes.some(movesOthers)) queue.activateUnschedulable(waitsForOthers);
  }

  function wait({ nominations }: Snapshot, { object, previous, type }: ObjectChange): void {
    const { info } = queue.put(object as Pod);
    const before = (previous as Pod | undefined)?.status?.nominatedNodeName;
    const now = (object as Pod).status?.nominatedNodeName;
    // Other changes of the Pod say nothing about what was decided since.
    nominations.set(info, type === 'ADDED' || before !== now ? now : nominations.nodeOf(info.key));
  }

  /** Decides for one batch and writes what follows; false when there was nothing to do. */
  async function scheduleBatch(current: Snapshot): Promise<boolean> {
    const next = queue.releaseBackoff(clock.now());
    if (next !== undefined) deps.scheduleTimer(next);
    const batch = queue.take(batchSize);
    if (batch.length === 0) return false;
    try {
      const verdicts = await decide(batch, current, { ...deps, budgets });
      await carryOut(await stepsFor(verdicts, { client, clock, schedulerName, queue, snapshot: current, tell }));
    } catch (error) {
      // The snapshot says of Pods that they are on their way which nobody has told to go.
      source.restart();
      throw error;
    }
    return true;
  }

  async function carryOut(steps: readonly Step[]): Promise<void> {
    const operations = steps.flatMap((step) => step.operations);
    const results = await writeBatch(operations, { isRequired: steps.some(({ evicts }) => evicts) });
    let at = 0;
    let isRoomFree = false;
    for (const step of steps) {
      if (step.settle(results?.slice(at, at + step.operations.length))) isRoomFree = true;
      at += step.operations.length;
    }
    if (isRoomFree) queue.activateUnschedulable();
  }

  /** Undefined: nothing is known of the outcome. */
  async function writeBatch(
    operations: WriteOperation[],
    { isRequired }: { isRequired: boolean },
  ): Promise<WriteResult[] | undefined> {
    if (operations.length === 0) return [];
    try {
      return await client.write(operations);
    } catch (error) {
      if (isRequired) throw error;
      log.error('bindings could not be written', { operations: operations.length, error: String(error) });
      return undefined;
    }
  }

  async function listBudgets(): Promise<Budget[]> {
    const { items } = await client.list<PodDisruptionBudget>({ resource: 'poddisruptionbudgets.policy' });
    return items.flatMap(budgetOf);
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
