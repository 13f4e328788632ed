import type { ContainerStatus, Pod } from '../../../shared/api/object.ts';
import type { JobSpec } from './tracking.ts';

type Rule = NonNullable<JobSpec['podFailurePolicy']>['rules'][number];

/** What a Job's policy makes of a failed Pod. */
export interface FailureVerdict {
  action: 'Count' | 'FailIndex' | 'FailJob' | 'Ignore';
  /** Why the whole Job fails, with `FailJob`. */
  message?: string;
}

/** The first rule that matches decides; a failure that none matches counts. */
export function judgeFailure({ podFailurePolicy }: JobSpec, pod: Pod): FailureVerdict {
  for (const [index, rule] of (podFailurePolicy?.rules ?? []).entries()) {
    const cause = causeFor(rule, pod);
    if (cause === undefined) continue;
    const action = rule.action as FailureVerdict['action'];
    return action === 'FailJob'
      ? { action, message: `${cause} matching ${action} rule at index ${index}` }
      : { action };
  }
  return { action: 'Count' };
}

/** How the rule matches, in words; undefined where it does not. */
function causeFor({ onExitCodes, onPodConditions }: Rule, pod: Pod): string | undefined {
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
  if (onExitCodes) {
    const container = exitedContainers(pod).find((status) => {
      const isMeant = onExitCodes.containerName === undefined || onExitCodes.containerName === status.name;
      const isListed = onExitCodes.values.includes(exitCodeOf(status) ?? 0);
      return isMeant && isListed === (onExitCodes.operator === 'In');
    });
    return container && `Container ${container.name} for pod ${name} failed with exit code ${exitCodeOf(container)}`;
  }
  const condition = pod.status?.conditions?.find(({ type, status }) =>
    onPodConditions?.some((pattern) => pattern.type === type && pattern.status === status),
  );
  return condition && `Pod ${name} has condition ${condition.type}`;
}

function exitedContainers({ status }: Pod): ContainerStatus[] {
  const containers = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return containers.filter((container) => (exitCodeOf(container) ?? 0) !== 0);
}

function exitCodeOf({ state }: ContainerStatus): number | undefined {
  return state?.terminated?.exitCode;
}
