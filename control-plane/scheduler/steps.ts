import type { Pod } from '../../shared/api/object.ts';
import type { ClusterClient, WriteOperation, WriteResult } from '../client.ts';
import type { Clock } from '../controllers/runtime/controller.ts';
import { errorOf } from '../controllers/runtime/write.ts';
import type { Placement, Refusal, Verdict } from './decide.ts';
import { bindOperation, preemptOperations, refuseOperation, withdrawOperation } from './operations.ts';
import type { QueuedPod, SchedulingQueue } from './queue.ts';
import type { Snapshot } from './snapshot.ts';

/** What a verdict has to have written, and what follows from the answer. */
export interface Step {
  operations: readonly WriteOperation[];
  /** Whether it makes a Pod go. */
  evicts: boolean;
  /**
   * With a result for each operation; `undefined`: nothing is known of the outcome. True when room is free again that
   * later decisions took for taken.
   */
  settle(results: readonly WriteResult[] | undefined): boolean;
}

export interface StepDeps {
  client: Pick<ClusterClient, 'get'>;
  clock: Clock;
  schedulerName: string;
  queue: SchedulingQueue;
  snapshot: Snapshot;
  tell(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void;
}

/** All verdicts of one batch; what is to become of each Pod in the queue is said when its step is settled. */
export async function stepsFor(verdicts: readonly Verdict[], deps: StepDeps): Promise<Step[]> {
  const decided = new Set(verdicts.map(({ queued }) => queued.info.key));
  const steps: Step[] = [];
  for (const verdict of verdicts) {
    steps.push('node' in verdict ? placementStep(verdict, deps) : await refusalStep(verdict, decided, deps));
  }
  return steps;
}

function placementStep({ queued, node }: Placement, { queue, snapshot, clock, tell }: StepDeps): Step {
  const { key } = queued.info;
  return {
    operations: [bindOperation(queued.pod, node)],
    evicts: false,
    settle(results) {
      const error = results && errorOf(results[0]!);
      if (results && !error) {
        queue.remove(key);
        tell(queued.pod, 'Normal', 'Scheduled', `Successfully assigned ${key} to ${node}`);
        return false;
      }
      snapshot.forget(key);
      // The Pod is gone; the change feed says so too.
      if (error?.reason === 'NotFound') queue.remove(key);
      else queue.retry(queued, clock.now());
      if (error && error.reason !== 'NotFound' && error.reason !== 'Conflict') {
        tell(queued.pod, 'Warning', 'FailedScheduling', `binding rejected: ${error.message}`);
      }
      return true;
    },
  };
}

async function refusalStep(refusal: Refusal, decided: ReadonlySet<string>, deps: StepDeps): Promise<Step> {
  const { clock, queue, schedulerName, snapshot, tell } = deps;
  const { queued, message, nominated } = refusal;
  const nowMs = clock.now();
  const victims = await read(refusal, deps);
  const evictions = victims.flatMap(({ pod }) => preemptOperations(pod, { schedulerName, nowMs }));
  // Those that were decided on after this one have their nomination in what is written for themselves.
  const outranked = refusal.outranked.flatMap(({ key }): QueuedPod[] => {
    const other = decided.has(key) ? undefined : queue.get(key);
    return other ? [other] : [];
  });
  const withdrawals = outranked.flatMap(({ pod }) => withdrawOperation(pod));
  return {
    operations: [...evictions, ...withdrawals, ...refuseOperation(queued.pod, { message, nominated, nowMs })],
    evicts: evictions.length > 0,
    settle(results) {
      let isRefused = false;
      for (const [index, { info, pod }] of victims.entries()) {
        // After its status comes its deletion.
        const error = results && errorOf(results[2 * index + 1]!);
        if (!error) {
          tell(pod, 'Normal', 'Preempted', `Preempted by pod ${queued.info.uid} on node ${nominated}`);
        } else if (error.reason !== 'NotFound' && error.reason !== 'Conflict') {
          snapshot.replace(info);
          isRefused = true;
        }
      }
      if (isRefused) queue.retry(queued, clock.now());
      else queue.unschedulable(queued, clock.now());
      for (const other of outranked) queue.activate(other.info.key);
      tell(queued.pod, 'Warning', 'FailedScheduling', message);
      return false;
    },
  };
}

/** The victims that are still there, with what the snapshot knew of them. */
async function read({ victims }: Refusal, { client }: StepDeps) {
  const found = victims.map(async (info) => {
    const { key, namespace } = info;
    const pod = await client.get<Pod>({ resource: 'pods', namespace, name: key.slice(namespace.length + 1) });
    return pod?.metadata.uid === info.uid ? [{ info, pod }] : [];
  });
  return (await Promise.all(found)).flat();
}
