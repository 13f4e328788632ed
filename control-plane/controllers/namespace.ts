import { jsonEqual } from '../../shared/api/json.ts';
import type { KubernetesObject, Namespace } from '../../shared/api/object.ts';
import { resourceName } from '../../shared/kinds/define-kind.ts';
import type { WriteOperation } from '../client.ts';
import { deletionConditions, type Remaining } from './namespace/conditions.ts';
import { defineController, type ReconcileDeps } from './runtime/controller.ts';
import { errorOf, keyOf, sameObject, timestamp, writeAll } from './runtime/write.ts';

/** What holds a namespace until this controller has emptied it. */
const finalizer = 'kubernetes';
/** Pods go before what they may depend on to the end: their NetworkPolicies, Secrets, Services. */
const firstResources: readonly string[] = ['pods'];

/**
 * Empties a namespace that is being deleted, waits until the last object is gone (Pods have their grace period, others
 * their finalizers), and lets go of it. Key: its name.
 */
export default defineController({
  name: 'namespace-controller',
  watches: [
    {
      resource: 'namespaces',
      toKeys: ({ type, object }) =>
        type !== 'DELETED' && object.metadata.deletionTimestamp ? [object.metadata.name ?? ''] : [],
    },
    { resource: '*', toKeys: keyOfLeaver },
  ],
  async reconcile(name, deps) {
    const { client } = deps;
    const namespace = await client.get<Namespace>({ resource: 'namespaces', namespace: '', name });
    if (!namespace?.metadata.deletionTimestamp || !namespace.spec?.finalizers?.includes(finalizer)) return undefined;
    const failures: string[] = [];
    let remaining = await empty(name, firstResources, failures, deps);
    if (remaining.length === 0) {
      const others = namespacedResources(deps).filter((resource) => !firstResources.includes(resource));
      remaining = await empty(name, others, failures, deps);
    }
    if (remaining.length === 0 && failures.length === 0) await finalize(namespace, deps);
    else await explain(namespace, remaining, failures, deps);
    if (failures.length > 0)
      throw new Error(`content of namespace ${name} could not be deleted: ${failures.join('; ')}`);
    return undefined;
  },
});

/** Something has left a namespace that may be waiting for just that. */
async function keyOfLeaver(
  { type, key }: { type: string; key: { namespace: string } },
  { reader }: { reader: Pick<ReconcileDeps['client'], 'get'> },
): Promise<string[]> {
  if (type !== 'DELETED' || key.namespace === '') return [];
  const namespace = await reader.get<Namespace>({ resource: 'namespaces', namespace: '', name: key.namespace });
  return namespace?.metadata.deletionTimestamp ? [key.namespace] : [];
}

function namespacedResources({ kinds }: ReconcileDeps): string[] {
  const canBeEmptied = ({ verbs }: { verbs?: readonly string[] }) =>
    !verbs || (verbs.includes('list') && verbs.includes('delete'));
  return kinds
    .all()
    .filter((kind) => kind.scope === 'Namespaced' && !kind.servedForm && canBeEmptied(kind))
    .map(resourceName);
}

/** Deletes what is there, all in one write; what is still there afterwards. */
async function empty(
  namespace: string,
  resources: readonly string[],
  failures: string[],
  { client }: ReconcileDeps,
): Promise<Remaining[]> {
  const found: { resource: string; object: KubernetesObject }[] = [];
  for (const resource of resources) {
    const { items } = await client.list({ resource, namespace });
    found.push(...items.map((object) => ({ resource, object })));
  }
  const doomed = found.filter(({ object }) => !object.metadata.deletionTimestamp);
  if (doomed.length > 0) {
    const results = await client.write(
      doomed.map(({ resource, object }): WriteOperation => {
        const preconditions = sameObject(object);
        return { verb: 'delete', key: keyOf(resource, object), preconditions, propagationPolicy: 'Background' };
      }),
    );
    const errors = results.map(errorOf).filter((error) => error && error.reason !== 'NotFound');
    failures.push(...errors.map((error) => error!.message));
  }
  return doomed.length > 0 || found.length > 0 ? whatIsLeft(namespace, found, client) : [];
}

async function whatIsLeft(
  namespace: string,
  found: readonly { resource: string }[],
  client: ReconcileDeps['client'],
): Promise<Remaining[]> {
  const remaining: Remaining[] = [];
  for (const resource of new Set(found.map((item) => item.resource))) {
    const { items } = await client.list({ resource, namespace });
    if (items.length === 0) continue;
    const finalizers: Record<string, number> = {};
    for (const name of items.flatMap(({ metadata }) => metadata.finalizers ?? [])) {
      finalizers[name] = (finalizers[name] ?? 0) + 1;
    }
    remaining.push({ resource, objects: items.length, finalizers });
  }
  return remaining;
}

async function finalize(namespace: Namespace, { client }: ReconcileDeps): Promise<void> {
  const finalizers = (namespace.spec?.finalizers ?? []).filter((name) => name !== finalizer);
  const object = { ...namespace, spec: { ...namespace.spec, finalizers } } as KubernetesObject;
  await writeAll(client, [{ verb: 'update', resource: 'namespaces', object, subresource: 'finalize' }], {
    ignore: ['NotFound'],
  });
}

/** Writes conditions only for a namespace that has to wait. */
async function explain(
  namespace: Namespace,
  remaining: readonly Remaining[],
  failures: readonly string[],
  { client, clock }: ReconcileDeps,
): Promise<void> {
  const conditions = deletionConditions(namespace, remaining, failures, timestamp(clock.now()));
  if (jsonEqual(conditions, namespace.status?.conditions ?? [])) return;
  const object = namespace as KubernetesObject;
  const key = keyOf('namespaces', object);
  await writeAll(client, [
    { verb: 'patch', key, subresource: 'status', patch: { status: { conditions } }, preconditions: sameObject(object) },
  ]);
}
