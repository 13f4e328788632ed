import type { Container, PodSpec } from '../../api/object.ts';
import { parseQuantity } from '../../api/quantity.ts';

const computeResources = ['cpu', 'memory'] as const;

/**
 * Who goes first when a node runs short: `BestEffort` asks for nothing, `Guaranteed` asks in every container for as
 * much as it may use, of CPU and of memory.
 */
export function qosClass(spec: PodSpec): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const amounts = containers.flatMap((container) =>
    computeResources.map((resource) => ({
      request: amountOf(container, 'requests', resource),
      limit: amountOf(container, 'limits', resource),
    })),
  );
  if (amounts.every(({ request, limit }) => request === 0n && limit === 0n)) return 'BestEffort';
  return amounts.every(({ request, limit }) => limit > 0n && request === limit) ? 'Guaranteed' : 'Burstable';
}

function amountOf(container: Container, kind: 'requests' | 'limits', resource: string): bigint {
  const text = container.resources?.[kind]?.[resource];
  return text === undefined ? 0n : parseQuantity(text).nano;
}
