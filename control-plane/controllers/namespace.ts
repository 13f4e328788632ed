import { jsonEqual } from '../../shared/api/json.ts';
import type { KubernetesObject, Namespace } from '../../shared/api/object.ts';
import { resourceName } from '../../shared/kinds/define-kind.ts';
import type { WriteOperation } from '../client.ts';
import { deletionConditions, type Remaining } from './namespace/conditions.ts';
import { defineController, type ReconcileDeps } from './runtime/controller.ts';
import { pageSize, pages } from './runtime/pages.ts';
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

/** Deletes what is there, in one write unless that would be a large one; what is still there afterwards. */
async function empty(
  namespace: string,
  resources: readonly string[],
  failures: string[],
  { client }: ReconcileDeps,
): Promise<Remaining[]> {
  const found = new Set<string>();
  let doomed: WriteOperation[] = [];
  const remove = async () => {
    const results = doomed.length > 0 ? await client.write(doomed) : [];
    const errors = results.map(errorOf).filter((error) => error && error.reason !== 'NotFound');
    failures.push(...errors.map((error) => error!.message));
    doomed = [];
  };
  for (const resource of resources) {
    let isFirst = true;
    for await (const page of pages(client, { resource, namespace })) {
      // Pages are cut where they are large enough.
      if (!isFirst || doomed.length + page.length > pageSize) await remove();
      isFirst = false;
      if (page.length > 0) found.add(resource);
      doomed.push(...page.flatMap((object) => deletionOf(resource, object)));
    }
  }
  await remove();
  return whatIsLeft(namespace, found, client);
}

/** Nothing where it is being deleted already. */
function deletionOf(resource: string, object: KubernetesObject): WriteOperation[] {
  if (object.metadata.deletionTimestamp) return [];
  const preconditions = sameObject(object);
  return [{ verb: 'delete', key: keyOf(resource, object), preconditions, propagationPolicy: 'Background' }];
}

async function whatIsLeft(
  namespace: string,
  resources: Iterable<string>,
  client: ReconcileDeps['client'],
): Promise<Remaining[]> {
  const remaining: Remaining[] = [];
  for (const resource of resources) {
    const finalizers: Record<string, number> = {};
    let objects = 0;
    for await (const page of pages(client, { resource, namespace })) {
      objects += page.length;
      for (const name of page.flatMap(({ metadata }) => metadata.finalizers ?? [])) {
        finalizers[name] = (finalizers[name] ?? 0) + 1;
      }
    }
    if (objects > 0) remaining.push({ resource, objects, finalizers });
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
