import type { V1Condition } from '@kubernetes/client-node';
import type { KubernetesObject, Service, ServiceCIDR } from '../../shared/api/object.ts';
import { containsRange } from '../../shared/api/validation.ts';
import type { WriteOperation } from '../client.ts';
import { defineController, type ReconcileDeps } from './runtime/controller.ts';
import { keyOf, sameObject, timestamp, writeAll } from './runtime/write.ts';

const resource = 'servicecidrs.networking.k8s.io';
const finalizer = 'networking.k8s.io/service-cidr-finalizer';

const ready = { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' };
const inUse = {
  status: 'False',
  reason: 'Terminating',
  message: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
};

/** Says of each range that it is ready, and keeps one that is to go while Services have addresses of it alone. */
export default defineController({
  name: 'service-cidr-controller',
  watches: [
    { resource, toKeys: ({ object }) => [object.metadata.name ?? ''] },
    // An address is free again: a range may have waited for that.
    {
      resource: 'services',
      toKeys: async ({ type }, { reader }) => {
        if (type !== 'DELETED') return [];
        const { items } = await reader.list<ServiceCIDR>({ resource });
        return items.filter(isLeaving).map(({ metadata }) => metadata.name ?? '');
      },
    },
  ],
  async reconcile(name, deps) {
    const range = await deps.client.get<ServiceCIDR>({ resource, namespace: '', name });
    if (!range) return undefined;
    const operations = isLeaving(range) ? await leave(range, deps) : arrive(range, deps);
    await writeAll(deps.client, operations, { ignore: ['NotFound', 'Conflict'] });
    return undefined;
  },
});

function isLeaving({ metadata }: ServiceCIDR): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function arrive(range: ServiceCIDR, deps: ReconcileDeps): WriteOperation[] {
  const { finalizers = [] } = range.metadata;
  const held: WriteOperation[] = finalizers.includes(finalizer) ? [] : [update(range, [...finalizers, finalizer])];
  return [...held, ...condition(range, ready, deps)];
}

async function leave(range: ServiceCIDR, deps: ReconcileDeps): Promise<WriteOperation[]> {
  const { finalizers = [] } = range.metadata;
  if (!finalizers.includes(finalizer)) return [];
  if (await isNeeded(range, deps)) return condition(range, inUse, deps);
  return [
    update(
      range,
      finalizers.filter((one) => one !== finalizer),
    ),
  ];
}

/** Whether a Service has an address of this range that is in no other. */
async function isNeeded(range: ServiceCIDR, { client }: ReconcileDeps): Promise<boolean> {
  const { items: ranges } = await client.list<ServiceCIDR>({ resource });
  const covers = ({ spec }: ServiceCIDR, ip: string) => (spec?.cidrs ?? []).some((cidr) => containsRange(cidr, ip));
  const others = ranges.filter((other) => other.metadata.uid !== range.metadata.uid && !isLeaving(other));
  const { items: services } = await client.list<Service>({ resource: 'services' });
  return services
    .flatMap(({ spec }) => spec?.clusterIPs ?? [])
    .some((ip) => covers(range, ip) && !others.some((other) => covers(other, ip)));
}

function update(range: ServiceCIDR, finalizers: string[]): WriteOperation {
  return { verb: 'patch', ...same(range), patch: { metadata: { finalizers } } };
}

function condition(
  range: ServiceCIDR,
  wanted: Pick<V1Condition, 'status' | 'reason' | 'message'>,
  { clock }: ReconcileDeps,
): WriteOperation[] {
  const conditions = range.status?.conditions ?? [];
  const current = conditions.find(({ type }) => type === 'Ready');
  if (current?.status === wanted.status && current.reason === wanted.reason) return [];
  const next = { type: 'Ready', ...wanted, lastTransitionTime: timestamp(clock.now()) };
  const status = { conditions: [...conditions.filter(({ type }) => type !== 'Ready'), next] };
  return [{ verb: 'patch', subresource: 'status', ...same(range), patch: { status } }];
}

function same(range: ServiceCIDR) {
  const object = range as KubernetesObject;
  return { key: keyOf(resource, object), preconditions: sameObject(object) };
}
