import type { APIService } from '../../api/object.ts';

/** What is found of an APIService, in the words of Kubernetes. */
export interface Availability {
  status: 'True' | 'False';
  reason: string;
  message: string;
}

type Condition = NonNullable<NonNullable<APIService['status']>['conditions']>[number];

export const passed: Availability = { status: 'True', reason: 'Passed', message: 'all checks passed' };

const failedReason = 'FailedDiscoveryCheck';

/** Of a server that is there and does not answer as it should. */
export function failedDiscovery(message: string): Availability {
  return { status: 'False', reason: failedReason, message };
}

export function availableCondition({ status }: APIService): Condition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Available');
}

/** Whether all that is said against an API is that its server did not answer. */
export function isFailedDiscovery(api: APIService): boolean {
  return availableCondition(api)?.reason === failedReason;
}

/** The conditions with a finding among them; undefined where they say so already. */
export function withAvailability(api: APIService, finding: Availability, now: string): Condition[] | undefined {
  const known = availableCondition(api);
  const { status, reason, message } = finding;
  if (known?.status === status && known.reason === reason && known.message === message) return undefined;
  const lastTransitionTime = known?.status === status ? known.lastTransitionTime : now;
  const others = (api.status?.conditions ?? []).filter(({ type }) => type !== 'Available');
  return [...others, { type: 'Available', lastTransitionTime, ...finding } as Condition];
}
