import type { Aim } from './figures.ts';

/** Every figure that has an aim, by its id. They hold on two cores; what has no entry is measured for its own sake. */
export const aims: Readonly<Record<string, readonly Aim[]>> = {
  'api.create-configmap.64': [{ atLeast: 1000 }, { of: { floor: 'bare object', as: 'ratio' }, atLeast: 0.5 }],
  'api.create-pod.64': [{ atLeast: 1000 }],
  'access.decision.user': [{ atMost: 10 }],
  'access.decision.refused': [{ atMost: 10 }],
  'lists.json.50000.memory': [{ atMost: 100 }],
  'lists.table.50000.memory': [{ atMost: 100 }],
  'lists.watch.50000.memory': [{ atMost: 100 }],
  'growth.get': [{ of: { floor: '1,000 objects', as: 'ratio' }, atMost: 1.5 }],
  'growth.patch': [{ of: { floor: '1,000 objects', as: 'ratio' }, atMost: 1.5 }],
  'growth.create': [{ of: { floor: '1,000 objects', as: 'ratio' }, atMost: 1.5 }],
  'growth.page': [{ of: { floor: '1,000 objects', as: 'ratio' }, atMost: 1.5 }],
  'start.fresh': [{ atMost: 1000 }],
  'start.existing': [{ atMost: 1000 }],
  'memory.agent-idle': [{ atMost: 90 }],
  'memory.agent-30-pods': [{ atMost: 90 }],
  'pods.running': [{ of: { floor: 'Docker', as: 'difference' }, atMost: 150 }],
  'pods.first-reply': [{ of: { floor: 'Docker', as: 'difference' }, atMost: 150 }],
  'proxy.nftables.far.throughput': [{ of: { floor: 'direct', as: 'ratio' }, atLeast: 0.95 }],
  'proxy.nftables.near.throughput': [{ of: { floor: 'direct', as: 'ratio' }, atLeast: 0.95 }],
  'rows.replicated-pod': [{ atMost: 12 }],
  'rows.bare-pod': [{ atMost: 12 }],
  'rows.idle': [{ atMost: 0 }],
};
