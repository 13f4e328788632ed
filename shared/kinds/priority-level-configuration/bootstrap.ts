import type { PriorityLevelConfiguration } from '../../api/object.ts';
import { autoUpdate } from '../flow-schema/bootstrap.ts';

type Spec = NonNullable<PriorityLevelConfiguration['spec']>;

function level(name: string, spec: Spec): PriorityLevelConfiguration {
  return { metadata: { name, annotations: autoUpdate }, spec };
}

/** A level with queues. */
function queued(
  name: string,
  [nominalConcurrencyShares, lendablePercent]: [shares: number, lendable: number],
  [queues, handSize]: [queues: number, hand: number],
): PriorityLevelConfiguration {
  const queuing = { queues, handSize, queueLengthLimit: 50 };
  const limited = { nominalConcurrencyShares, lendablePercent, limitResponse: { type: 'Queue', queuing } };
  return level(name, { type: 'Limited', limited });
}

/** What the two mandatory schemas lead to; the specs are fixed, but for the shares of those who never wait. */
export const mandatoryPriorityLevels: readonly PriorityLevelConfiguration[] = [
  level('catch-all', {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
  }),
  level('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
];

/** What a cluster has from the start and may change. */
export const suggestedPriorityLevels: readonly PriorityLevelConfiguration[] = [
  queued('system', [30, 33], [64, 6]),
  queued('node-high', [40, 25], [64, 6]),
  queued('leader-election', [10, 0], [16, 4]),
  queued('workload-high', [40, 50], [128, 6]),
  queued('workload-low', [100, 90], [128, 6]),
  queued('global-default', [20, 50], [128, 6]),
];
