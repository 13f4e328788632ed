import type { Pod } from '../../shared/api/object.ts';
import { compareQuantities, parseQuantity } from '../../shared/api/quantity.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const counted = ['cpu', 'memory'];

/** Guaranteed: every container limits CPU and memory and requests just that. BestEffort: nobody asks for anything. */
export function qosClass(pod: Pod): QosClass {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const isSet = (amount: string | undefined) => amount !== undefined && parseQuantity(amount).nano > 0n;
  const asks = containers.some(({ resources }) =>
    counted.some((name) => isSet(resources?.requests?.[name]) || isSet(resources?.limits?.[name])),
  );
  if (!asks) return 'BestEffort';
  const guaranteed = containers.every(({ resources }) =>
    counted.every((name) => {
      const limit = resources?.limits?.[name];
      const request = resources?.requests?.[name] ?? limit;
      if (!isSet(limit) || limit === undefined || request === undefined) return false;
      return compareQuantities(parseQuantity(limit), parseQuantity(request)) === 0;
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
