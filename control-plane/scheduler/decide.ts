import type { Budget, BudgetLedger } from './budgets.ts';
import { sentence } from './explain.ts';
import type { Rejections } from './plugin.ts';
import type { PendingPod, PodInfo } from './pod-info.ts';
import { mayPreempt, preempt } from './preemption.ts';
import type { QueuedPod } from './queue.ts';
import { type ScheduleOptions, schedule } from './schedule.ts';
import type { Snapshot } from './snapshot.ts';

export type Verdict = Placement | Refusal;

export interface Placement {
  queued: QueuedPod;
  node: string;
}

/** There is no node for the Pod now. */
export interface Refusal {
  queued: QueuedPod;
  /** Of `FailedScheduling`. */
  message: string;
  /** The node that it is to have once its victims are gone. */
  nominated: string | undefined;
  /** Who has to be told to go. */
  victims: readonly PodInfo[];
  /** Those whose nomination is void because of this one. */
  outranked: readonly PendingPod[];
}

export interface DecideOptions extends ScheduleOptions {
  budgets: Pick<BudgetLedger, 'read' | 'spend'>;
}

/** To find out who has to go takes milliseconds in which nobody else is served: after so many of them others may be. */
const enoughPreemptions = 25;

/**
 * Decides for one Pod after the other, each seeing in the snapshot what was decided for those before it. May leave the
 * last ones for another time.
 */
export async function decide(
  batch: readonly QueuedPod[],
  snapshot: Snapshot,
  options: DecideOptions,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  let preemptions = 0;
  for (const queued of batch) {
    const { info } = queued;
    const decision = schedule(info, snapshot, options);
    if ('node' in decision) {
      snapshot.assume(info, decision.node);
      verdicts.push({ queued, node: decision.node });
      continue;
    }
    const { rejections } = decision;
    const isPreemption = mayPreempt(info, snapshot, rejections);
    if (isPreemption && ++preemptions > enoughPreemptions) break;
    const budgets = isPreemption ? await options.budgets.read() : [];
    const refusal = refuse(queued, { snapshot, rejections, options, budgets });
    options.budgets.spend(refusal.victims);
    verdicts.push(refusal);
  }
  return verdicts;
}

/** What is known of a Pod that all nodes have refused. */
export interface Refused {
  snapshot: Snapshot;
  rejections: Rejections;
  options: ScheduleOptions;
  budgets: readonly Budget[];
}

/** Sees whether others can make room, and makes the snapshot say so. */
export function refuse(queued: QueuedPod, { snapshot, rejections, options, budgets }: Refused): Refusal {
  const { info } = queued;
  const { nominations, nodes } = snapshot;
  const refusal = { queued, victims: [], outranked: [], nominated: undefined };
  if (nodes.length === 0) {
    nominations.remove(info.key);
    return { ...refusal, message: 'no nodes available to schedule pods' };
  }
  const message = sentence(nodes.length, rejections.values());
  const { filters, random } = options;
  const outcome = preempt(info, snapshot, rejections, { filters, budgets, random });
  if ('ineligible' in outcome) {
    const nominated = nominations.nodeOf(info.key);
    return { ...refusal, nominated, message: `${message} preemption: ${outcome.ineligible}` };
  }
  if ('hopeless' in outcome) {
    nominations.remove(info.key);
    return { ...refusal, message: `${message} preemption: ${outcome.hopeless}` };
  }
  const { node } = outcome;
  const victims = outcome.victims.filter(({ leaving }) => leaving === undefined);
  const outranked = nominations.on(node).filter(({ priority }) => priority < info.priority);
  for (const pod of outranked) nominations.remove(pod.key);
  nominations.set(info, node);
  for (const victim of victims) snapshot.replace({ ...victim, leaving: 'preempted' });
  return { queued, message, nominated: node, victims, outranked };
}
