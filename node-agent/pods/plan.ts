import { outcome } from './outcome.ts';
import { settle, tearDown } from './plan-down.ts';
import { keepRunning } from './plan-up.ts';
import { earlier, type Plan, type PlanInput, type Step, stepKey } from './step.ts';

/**
 * What to do next for one Pod, from what is wanted and what is there. Called again after the steps are done, after every
 * event about the Pod, and at `wakeAt`, until it has nothing more to say.
 */
export function plan(input: PlanInput): Plan {
  const { steps, wakeAt } = decide(input);
  const due: Step[] = [];
  let next = wakeAt;
  for (const step of steps) {
    const held = input.memory.held.get(stepKey(step));
    if (held && held.until > input.now) next = earlier(next, held.until);
    else due.push(step);
  }
  return { steps: due, ...(next !== undefined ? { wakeAt: next } : {}) };
}

function decide(input: PlanInput): Plan {
  const { pod, observed, memory, now } = input;
  if (!pod || pod.metadata.deletionTimestamp) return tearDown(input);
  const end = outcome(pod, { observed, startTime: memory.startTime, now });
  if (end.settled) return settle(input, end.reason ? 'deadline' : 'settled');
  const run = keepRunning(input, pod);
  return end.deadlineAt === undefined ? run : { ...run, wakeAt: earlier(run.wakeAt, end.deadlineAt)! };
}
